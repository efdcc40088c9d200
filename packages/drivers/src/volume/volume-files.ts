import type { Stats } from 'node:fs';
import { mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotRef } from '@capsule/core';
import { unlessMissing } from '@capsule/host';

const VOLUME = '.img';
const SNAPSHOT = '.snap';

/** The names of files in the folder of a capsule's volumes. No name of a volume has an `@`. */
export class VolumeFiles {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
  }

  volume(name: string): string {
    return join(this.folder, `${name}${VOLUME}`);
  }

  snapshot({ volume, snapshot }: SnapshotRef): string {
    return join(this.folder, `${volume}@${snapshot}${SNAPSHOT}`);
  }

  /** The name of a file until it is whole. */
  aside(file: string): string {
    return `${file}.new`;
  }

  async volumes(): Promise<readonly string[]> {
    return (await this.#withSuffix(VOLUME)).filter((name) => !name.includes('@'));
  }

  async snapshots(): Promise<readonly SnapshotRef[]> {
    return (await this.#withSuffix(SNAPSHOT)).flatMap((name) => {
      const [volume, snapshot, ...more] = name.split('@');
      const isOurs = volume !== undefined && snapshot !== undefined && more.length === 0;
      return isOurs ? [{ volume, snapshot }] : [];
    });
  }

  async #withSuffix(suffix: string): Promise<readonly string[]> {
    await this.prepare();
    const files = (await readdir(this.folder)).filter((file) => file.endsWith(suffix));
    return files.map((file) => file.slice(0, -suffix.length)).sort();
  }
}

/** Returns the size of a file in bytes; undefined where there is none. */
export async function sizeOf(file: string): Promise<number | undefined> {
  return (await statOf(file))?.size;
}

/** Undefined where there is no such file. */
export function statOf(file: string): Promise<Stats | undefined> {
  return unlessMissing(stat(file));
}

/** Syncs a file; for a folder, the names in it. */
export async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
