import { mkdir, open, readdir, rename, rm, stat, statfs, truncate } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { NewVolume, VolumeBackend, VolumePool, VolumeSeen } from '@capsule/core';
import {
  attachLoop,
  checkExt4,
  detachLoop,
  emptyFolder,
  findLoop,
  growExt4,
  growLoop,
  listMounts,
  makeExt4,
  readExt4,
} from '@capsule/host';
import { volumeDriverError } from './errors.ts';
import { mountVolume, unmountVolume } from './ext4-mount.ts';

export interface LoopFileOptions {
  /** Where the files are: `/perm/volumes`. */
  readonly folder: string;
  /** Where volumes are mounted, each below its name: `/run/capsule-volumes`. */
  readonly mountRoot: string;
}

const SUFFIX = '.img';
/** What mkfs makes in every ext4. */
const LOST_AND_FOUND = 'lost+found';

/** Sparse files on loop devices: for hosts without device-mapper. */
export class LoopFileVolumes implements VolumeBackend {
  readonly kind = 'loop-file';
  readonly #options: LoopFileOptions;

  constructor(options: LoopFileOptions) {
    this.#options = options;
  }

  async probe(): Promise<VolumePool> {
    const { folder } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { blocks, bavail, bsize } = await statfs(folder);
    const totalBytes = blocks * bsize;
    const detail = 'sparse files on loop devices';
    return { ok: true, detail, totalBytes, usedBytes: totalBytes - bavail * bsize };
  }

  async list(signal?: AbortSignal): Promise<readonly VolumeSeen[]> {
    const { folder } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const [files, mounts] = await Promise.all([readdir(folder), listMounts()]);
    const names = files.filter((file) => file.endsWith(SUFFIX)).map((file) => file.slice(0, -4));
    return Promise.all(
      names.sort().map(async (name) => {
        const [{ size, blocks }, ext4] = await Promise.all([
          stat(this.#file(name)),
          readExt4(this.#file(name), signal),
        ]);
        const hostPath = this.hostPath(name);
        return {
          name,
          sizeBytes: ext4?.sizeBytes ?? size,
          usedBytes: blocks * 512,
          ...(ext4 && { uid: ext4.uuid }),
          ...(mounts.some(({ path }) => path === hostPath) && { hostPath }),
        };
      }),
    );
  }

  async attached(): Promise<ReadonlySet<string>> {
    const { mountRoot } = this.#options;
    const mounts = await listMounts();
    return new Set(
      mounts.filter(({ path }) => dirname(path) === mountRoot).map(({ path }) => basename(path)),
    );
  }

  async create({ name, uid, sizeBytes }: NewVolume, signal?: AbortSignal): Promise<void> {
    const file = this.#file(name);
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    if ((await sizeOf(file)) !== undefined) {
      if ((await readExt4(file, signal))?.uuid === uid) return;
      throw volumeDriverError.FOREIGN({ name });
    }
    const aside = `${file}.new`;
    try {
      await rm(aside, { force: true });
      await (await open(aside, 'wx', 0o600)).close();
      await truncate(aside, sizeBytes);
      await makeExt4(aside, uid, signal);
      await syncFile(aside);
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
    await rename(aside, file);
    await syncFile(this.#options.folder);
  }

  async grow(name: string, sizeBytes: number, signal?: AbortSignal): Promise<void> {
    const file = this.#file(name);
    const before = await sizeOf(file);
    if (before === undefined) throw volumeDriverError.MISSING({ name });
    if (before < sizeBytes) await truncate(file, sizeBytes);
    const device = await findLoop(file, signal);
    if (device !== undefined) await growLoop(device, signal);
    // By the filesystem's size, not the file's: an earlier try may have stopped between the two.
    const ext4 = await readExt4(file, signal);
    if (ext4 === undefined) throw volumeDriverError.DAMAGED({ name });
    if (ext4.sizeBytes >= sizeBytes) return;
    if (device === undefined && !(await checkExt4(file, signal))) {
      throw volumeDriverError.DAMAGED({ name });
    }
    if (!(await growExt4(device ?? file, signal))) throw volumeDriverError.GROWS_DETACHED({ name });
    await syncFile(file);
  }

  async attach(name: string, signal?: AbortSignal): Promise<{ readonly hostPath: string }> {
    const file = this.#file(name);
    if ((await sizeOf(file)) === undefined) throw volumeDriverError.MISSING({ name });
    const hostPath = this.hostPath(name);
    const device = await attachLoop(file, signal);
    await mountVolume({ name, device, hostPath }, signal);
    // Of a mounted device this means: it goes with the mount, also when the whole capsule is torn down.
    await detachLoop(device, signal);
    return { hostPath };
  }

  async isEmpty(name: string): Promise<boolean> {
    return (await readdir(this.hostPath(name))).every((entry) => entry === LOST_AND_FOUND);
  }

  async clear(name: string): Promise<void> {
    await emptyFolder(this.hostPath(name), [LOST_AND_FOUND]);
  }

  async detach(name: string, signal?: AbortSignal): Promise<void> {
    await unmountVolume({ name, hostPath: this.hostPath(name) }, signal);
    const file = this.#file(name);
    if ((await sizeOf(file)) === undefined) return;
    const device = await findLoop(file, signal);
    if (device !== undefined) await detachLoop(device, signal);
  }

  async remove(name: string, signal?: AbortSignal): Promise<void> {
    await this.detach(name, signal);
    await rm(this.#file(name), { force: true });
    await rm(`${this.#file(name)}.new`, { force: true });
    await syncFile(this.#options.folder);
  }

  #file(name: string): string {
    return join(this.#options.folder, `${name}${SUFFIX}`);
  }

  hostPath(name: string): string {
    return join(this.#options.mountRoot, name);
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
}

/** Of a folder: the names in it. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
