import { open, rename, rm, stat, statfs, truncate } from 'node:fs/promises';
import type {
  NewVolume,
  Reach,
  SnapshotRef,
  SnapshotSeen,
  VolumeArchives,
  VolumeBackend,
  VolumeFault,
  VolumeOrigin,
  VolumePool,
  VolumeSeen,
} from '@capsule/core';
import {
  attachLoop,
  checkExt4,
  cloneFile,
  detachLoop,
  findLoop,
  growExt4,
  growLoop,
  identifyExt4,
  makeExt4,
  readExt4,
  sharesBlocks,
} from '@capsule/host';
import { DeviceArchives, type OpenDevice } from './device-archives.ts';
import { volumeDriverError } from './errors.ts';
import { mountVolume, unmountVolume } from './ext4-mount.ts';
import { freeBytesOf } from './free-bytes.ts';
import { lookAtEach } from './look-at-each.ts';
import { LoopFileSnapshots } from './loop-file-snapshots.ts';
import { MountedVolumes } from './mounted-volumes.ts';
import { sizeOf, syncPath, VolumeFiles } from './volume-files.ts';

export interface LoopFileOptions {
  /** Where the files are: `/perm/volumes`. */
  readonly folder: string;
  /** Where volumes are mounted, each below its name: `/run/capsule-volumes`. */
  readonly mountRoot: string;
  readonly reach?: Reach<VolumeFault>;
  /** For people: why files, and no pool. */
  readonly why?: string;
  /** Where filesystems are mounted unseen, to be packed and unpacked: `/run/capsule-files`. */
  readonly scratch?: string;
  readonly filesBinary?: string;
}

/** Sparse files on loop devices: for hosts without device-mapper. */
export class LoopFileVolumes extends MountedVolumes implements VolumeBackend {
  readonly kind = 'loop-file';
  /** Its volumes as streams. */
  readonly archives: VolumeArchives;
  readonly #why: string | undefined;
  /** A filesystem does not change its nature. */
  #isSharing: Promise<boolean> | undefined;
  readonly #files: VolumeFiles;
  readonly #snapshots: LoopFileSnapshots;
  readonly #reach: Reach<VolumeFault>;

  constructor(options: LoopFileOptions) {
    const { folder, reach = () => undefined } = options;
    super(options.mountRoot);
    this.#why = options.why;
    this.#reach = reach;
    this.#files = new VolumeFiles(folder);
    const mountOf = async (name: string) =>
      (await this.useOf(name)) === 'mounted' ? this.hostPath(name) : undefined;
    this.#snapshots = new LoopFileSnapshots({ files: this.#files, mountOf, reach });
    this.archives = new DeviceArchives({
      filesBinary: options.filesBinary ?? '/usr/bin/capsule-files',
      scratch: options.scratch ?? '/run/capsule-files',
      openSnapshot: async (ref, signal) => openFile(await this.#snapshots.find(ref), signal),
      openVolume: (name, signal) => openFile(this.#files.volume(name), signal),
    });
  }

  async probe(): Promise<VolumePool> {
    try {
      return await this.#look();
    } catch (error) {
      // The disk is gone, full or read-only: told, so that everything else about the capsule is too.
      const detail = `${this.#files.folder}: ${(error as Error).message}`;
      return { ok: false, detail, totalBytes: 0, usedBytes: 0, snapshots: 'copy' };
    }
  }

  async #look(): Promise<VolumePool> {
    const { folder } = this.#files;
    await this.#files.prepare();
    const { blocks, bavail, bsize } = await statfs(folder);
    const totalBytes = blocks * bsize;
    this.#isSharing ??= sharesBlocks(folder);
    const snapshots = (await this.#isSharing) ? 'instant' : 'copy';
    const how = snapshots === 'instant' ? 'share blocks' : 'are copies';
    const detail = `${this.#why ?? 'sparse files'}; snapshots ${how}`;
    return { ok: true, detail, totalBytes, usedBytes: totalBytes - bavail * bsize, snapshots };
  }

  async list(signal?: AbortSignal): Promise<readonly VolumeSeen[]> {
    const [names, attached] = await Promise.all([this.#files.volumes(), this.attached()]);
    const look = async (name: string): Promise<VolumeSeen> => {
      const file = this.#files.volume(name);
      const hostPath = attached.get(name) === 'mounted' ? this.hostPath(name) : undefined;
      const [{ size, blocks }, ext4] = await Promise.all([stat(file), readExt4(file, signal)]);
      return {
        name,
        sizeBytes: ext4?.sizeBytes ?? size,
        usedBytes: blocks * 512,
        ...(ext4 && { uid: ext4.uuid }),
        ...(hostPath && { hostPath }),
        ...(await freeBytesOf(ext4, hostPath)),
      };
    };
    return lookAtEach(names, look, async (name) => {
      return (await sizeOf(this.#files.volume(name))) !== undefined;
    });
  }

  async create(volume: NewVolume, from?: VolumeOrigin, signal?: AbortSignal): Promise<void> {
    const { name, uid, sizeBytes } = volume;
    const file = this.#files.volume(name);
    await this.#files.prepare();
    if ((await sizeOf(file)) !== undefined) {
      const found = await readExt4(file, signal);
      if (found?.uuid !== uid) throw volumeDriverError.FOREIGN({ name });
      return;
    }
    await this.#replace(name, 'create:named', async (aside) => {
      if (from !== undefined) return this.#copy(volume, from, aside, signal);
      await (await open(aside, 'wx', 0o600)).close();
      await truncate(aside, sizeBytes);
      await makeExt4(aside, uid, signal);
      this.#reach('create:formatted');
    });
  }

  async restore(volume: NewVolume, from: SnapshotRef, signal?: AbortSignal): Promise<void> {
    await this.#replace(volume.name, 'restore:named', async (aside) => {
      await this.#copy(volume, from, aside, signal);
      this.#reach('restore:copied');
    });
  }

  async #copy(
    { name, uid, sizeBytes }: NewVolume,
    from: VolumeOrigin,
    aside: string,
    signal?: AbortSignal,
  ): Promise<void> {
    if ('image' in from) await cloneFile(from.image, aside, signal);
    else await this.#snapshots.copyTo(aside, from, signal);
    if ((await readExt4(aside, signal)) === undefined)
      throw volumeDriverError.IMAGE_INVALID({ name });
    await this.#mend(name, aside, signal);
    await identifyExt4(aside, uid, signal);
    if (((await sizeOf(aside)) ?? 0) >= sizeBytes) return;
    await truncate(aside, sizeBytes);
    await growExt4(aside, signal);
  }

  async #mend(name: string, file: string, signal?: AbortSignal): Promise<void> {
    if (!(await checkExt4(file, signal))) throw volumeDriverError.DAMAGED({ name });
  }

  /** Makes a file aside and gives it the volume's name when it is on the disk. */
  async #replace(
    name: string,
    fault: 'create:named' | 'restore:named',
    make: (aside: string) => Promise<void>,
  ): Promise<void> {
    const file = this.#files.volume(name);
    const aside = this.#files.aside(file);
    try {
      await rm(aside, { force: true });
      await make(aside);
      await syncPath(aside);
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
    await rename(aside, file);
    await syncPath(this.#files.folder);
    this.#reach(fault);
  }

  async grow(name: string, sizeBytes: number, signal?: AbortSignal): Promise<void> {
    const file = this.#files.volume(name);
    const before = await sizeOf(file);
    if (before === undefined) throw volumeDriverError.MISSING({ name });
    const isLent = (await this.useOf(name)) === 'lent';
    if (isLent && before < sizeBytes) throw volumeDriverError.GROWS_DETACHED({ name });
    if (isLent) return;
    if (before < sizeBytes) await truncate(file, sizeBytes);
    this.#reach('grow:lengthened');
    const device = await findLoop(file, signal);
    if (device !== undefined) await growLoop(device, signal);
    // By the filesystem's size, not the file's: an earlier try may have stopped between the two.
    const ext4 = await readExt4(file, signal);
    if (ext4 === undefined) throw volumeDriverError.DAMAGED({ name });
    if (ext4.sizeBytes >= sizeBytes) return;
    if (device === undefined) await this.#mend(name, file, signal);
    if (!(await growExt4(device ?? file, signal))) throw volumeDriverError.GROWS_DETACHED({ name });
    await syncPath(file);
  }

  async attach(name: string, signal?: AbortSignal): Promise<{ readonly hostPath: string }> {
    const file = this.#files.volume(name);
    if ((await sizeOf(file)) === undefined) throw volumeDriverError.MISSING({ name });
    await this.checkNotLent(name);
    const hostPath = this.hostPath(name);
    const device = await attachLoop(file, signal);
    this.#reach('attach:opened');
    await mountVolume({ name, device, hostPath }, signal);
    // Of a mounted device this means: it goes with the mount, also when the whole capsule is torn down.
    await detachLoop(device, signal);
    return { hostPath };
  }

  async lend(name: string): Promise<void> {
    const file = this.#files.volume(name);
    if ((await sizeOf(file)) === undefined) throw volumeDriverError.MISSING({ name });
    await this.noteLent(name);
  }

  devicePath(name: string): string {
    return this.#files.volume(name);
  }

  async detach(name: string, signal?: AbortSignal): Promise<void> {
    await this.noteReturned(name);
    await unmountVolume({ name, hostPath: this.hostPath(name) }, signal);
    const file = this.#files.volume(name);
    if ((await sizeOf(file)) === undefined) return;
    const device = await findLoop(file, signal);
    if (device !== undefined) await detachLoop(device, signal);
  }

  async remove(name: string, signal?: AbortSignal): Promise<void> {
    await this.detach(name, signal);
    const file = this.#files.volume(name);
    await rm(file, { force: true });
    await rm(this.#files.aside(file), { force: true });
    await this.#files.prepare();
    await syncPath(this.#files.folder);
  }

  snapshot(ref: SnapshotRef, signal?: AbortSignal): Promise<void> {
    return this.#snapshots.take(ref, signal);
  }

  listSnapshots(): Promise<readonly SnapshotSeen[]> {
    return this.#snapshots.list();
  }

  removeSnapshot(ref: SnapshotRef): Promise<void> {
    return this.#snapshots.remove(ref);
  }
}

async function openFile(image: string, signal?: AbortSignal): Promise<OpenDevice> {
  const device = await attachLoop(image, signal);
  return { image, device, close: () => detachLoop(device) };
}
