import { mkdir, open, readdir, rename, stat, statfs, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type MachineSnapshotSeen, planSnapshotRoom } from '@capsule/core';
import { exists, namesIn } from '@capsule/host';
import { microVmError } from '../errors.ts';
import type { SnapshotFiles } from '../vmm/vmm.ts';
import { removeFolder } from './remove-folder.ts';

const ASIDE = '.new';
const BLOCK_BYTES = 512;

/**
 * Snapshots by their keys, in folders that belong to capsuled alone. Each may vanish at any time, and comes again
 * with a later start. One that exists under its name is whole.
 */
export class SnapshotCache {
  readonly #folder: string;
  readonly #mostBytes: number;

  /** `folder`: `/perm/microvm-snapshots`. */
  constructor(folder: string, mostBytes: number) {
    this.#folder = folder;
    this.#mostBytes = mostBytes;
  }

  /** Returns the files of a snapshot, and counts that as its use. */
  async find(key: string): Promise<SnapshotFiles | undefined> {
    const files = this.#filesOf(key);
    if (!(await exists(files.state)) || !(await exists(files.memory))) return undefined;
    const now = new Date();
    await utimes(join(this.#folder, key), now, now);
    return files;
  }

  has(key: string): Promise<boolean> {
    return exists(join(this.#folder, key));
  }

  /**
   * Makes room, lets `fill` write the files into an empty folder, and keeps them. Fails with
   * `MICROVM_NO_SNAPSHOT` where there is no room for so many bytes.
   */
  async add(
    key: string,
    neededBytes: number,
    fill: (into: string) => Promise<void>,
  ): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#makeRoom(neededBytes);
    const aside = join(this.#folder, `${key}${ASIDE}`);
    await mkdir(aside, { mode: 0o700 });
    try {
      await fill(aside);
      for (const name of await readdir(aside)) await sync(join(aside, name));
      await sync(aside);
      await rename(aside, join(this.#folder, key));
    } finally {
      await removeFolder(aside);
    }
  }

  /** Machines that were resumed from it keep what they have mapped. Idempotent. */
  async remove(key: string): Promise<void> {
    await removeFolder(join(this.#folder, key));
  }

  /** Removes what an interruption has left. */
  async #makeRoom(neededBytes: number): Promise<void> {
    const names = await namesIn(this.#folder);
    for (const name of names) if (name.endsWith(ASIDE)) await this.remove(name);
    const keys = names.filter((name) => !name.endsWith(ASIDE));
    const seen = await Promise.all(keys.map((key) => this.#see(key)));
    const { bavail, bsize } = await statfs(this.#folder);
    const room = { neededBytes, mostBytes: this.#mostBytes, freeBytes: bavail * bsize };
    const removed = planSnapshotRoom(seen, room);
    if (removed === undefined) throw microVmError.NO_SNAPSHOT({ detail: 'it has no room' });
    for (const key of removed) await this.remove(key);
  }

  async #see(key: string): Promise<MachineSnapshotSeen> {
    const folder = join(this.#folder, key);
    const names = await readdir(folder);
    const found = await Promise.all(names.map((name) => stat(join(folder, name))));
    const sizeBytes = found.reduce((sum, { blocks }) => sum + blocks * BLOCK_BYTES, 0);
    return { key, sizeBytes, usedAt: (await stat(folder)).mtimeMs };
  }

  #filesOf(key: string): SnapshotFiles {
    const folder = join(this.#folder, key);
    return { state: join(folder, 'state'), memory: join(folder, 'memory') };
  }
}

async function sync(path: string): Promise<void> {
  await using file = await open(path);
  await file.sync();
}
