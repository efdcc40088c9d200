import { open, rename, rm, stat, statfs, truncate } from 'node:fs/promises';
import type {
  FaultPoint,
  NewVolume,
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
  checkExt4,
  cloneFile,
  detachLoop,
  findLoop,
  growExt4,
  growLoop,
  identifyExt4,
  makeExt4,
  openLoop,
  readExt4,
  sharesBlocks,
} from '@capsule/host';
import { DeviceArchives, type OpenDevice } from './device-archives.ts';
import { volumeDriverError } from './errors.ts';
import { isMountedAt, mountVolume, unmountVolume } from './ext4-mount.ts';
import { freeBytesOf } from './free-bytes.ts';
import { lookAtEach } from './look-at-each.ts';
import { LoopFileSnapshots } from './loop-file-snapshots.ts';
import { MountedVolumes } from './mounted-volumes.ts';
import { takeVolume } from './take-volume.ts';
import { sizeOf, syncPath, VolumeFiles } from './volume-files.ts';

export interface LoopFileOptions {
  /** The folder of the files: `/perm/volumes`. */
  readonly folder: string;
  /** The folder in which volumes are mounted, each on its name: `/run/capsule-volumes`. */
  readonly mountRoot: string;
  readonly faultPoint?: FaultPoint<VolumeFault>;
  /** For operators: why the capsule uses files and no pool. */
  readonly why?: string;
  /** The folder on which filesystems are mounted privately to pack and unpack them: `/run/capsule-files`. */
  readonly scratch?: string;
  readonly filesBinary?: string;
}

/** Sparse files on loop devices: for hosts without device-mapper. */
export class LoopFileVolumes extends MountedVolumes implements VolumeBackend {
  readonly kind = 'loop-file';
  /** Reads and writes its volumes as streams. */
  readonly archives: VolumeArchives;
  readonly #why: string | undefined;
  /** Cached, because the type of a filesystem does not change. */
  #isSharing: Promise<boolean> | undefined;
  readonly #files: VolumeFiles;
  readonly #snapshots: LoopFileSnapshots;
  readonly #faultPoint: FaultPoint<VolumeFault>;

  constructor(options: LoopFileOptions) {
    const { folder, faultPoint = () => undefined } = options;
    super(options.mountRoot);
    this.#why = options.why;
    this.#faultPoint = faultPoint;
    this.#files = new VolumeFiles(folder);
    const mountOf = async (name: string) =>
      (await this.useOf(name)) === 'mounted' ? this.hostPath(name) : undefined;
    // A volume that is lent to a microVM is frozen by its guest.
    const hold = async (name: string) =>
      (await this.useOf(name)) === undefined
        ? takeVolume(name, this.#files.volume(name))
        : undefined;
    this.#snapshots = new LoopFileSnapshots({ files: this.#files, mountOf, hold, faultPoint });
    this.archives = new DeviceArchives({
      filesBinary: options.filesBinary ?? '/usr/bin/capsule-files',
      scratch: options.scratch ?? '/run/capsule-files',
      openSnapshot: async (ref, signal) => openFile(await this.#snapshots.find(ref), signal),
      openVolume: async (name, signal) => {
        const file = this.#files.volume(name);
        const held = await takeVolume(name, file, signal);
        try {
          const opened = await openFile(file, signal);
          return { ...opened, close: () => opened.close().finally(() => held.close()) };
        } catch (error) {
          await held.close();
          throw error;
        }
      },
    });
  }

  async probe(): Promise<VolumePool> {
    try {
      return await this.#look();
    } catch (error) {
      // The disk is gone, full or read-only: reported here, so the rest of the capsule's state is reported
      // too.
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
    const isThere = async (name: string) => (await sizeOf(this.#files.volume(name))) !== undefined;
    const unread = (name: string): VolumeSeen => ({ name, sizeBytes: 0, usedBytes: 0 });
    return lookAtEach(names, { look, isThere, unread }, signal);
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
      this.#faultPoint('create:formatted');
    });
  }

  async restore(volume: NewVolume, from: SnapshotRef, signal?: AbortSignal): Promise<void> {
    const { name } = volume;
    const file = this.#files.volume(name);
    // A user of the replaced volume would go on with a file that has no name any more.
    const isThere = (await sizeOf(file)) !== undefined;
    await using _held = isThere ? await takeVolume(name, file, signal) : undefined;
    await this.#replace(volume.name, 'restore:named', async (aside) => {
      await this.#copy(volume, from, aside, signal);
      this.#faultPoint('restore:copied');
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
    await this.#repair(name, aside, signal);
    await identifyExt4(aside, uid, signal);
    if (((await sizeOf(aside)) ?? 0) >= sizeBytes) return;
    await truncate(aside, sizeBytes);
    await growExt4(aside, signal);
  }

  async #repair(name: string, file: string, signal?: AbortSignal): Promise<void> {
    if (!(await checkExt4(file, signal))) throw volumeDriverError.DAMAGED({ name });
  }

  /** Makes a second file and gives it the volume's name when it is on the disk. */
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
    this.#faultPoint(fault);
  }

  async grow(name: string, sizeBytes: number, signal?: AbortSignal): Promise<void> {
    const file = this.#files.volume(name);
    const before = await sizeOf(file);
    if (before === undefined) throw volumeDriverError.MISSING({ name });
    const isLent = (await this.useOf(name)) === 'lent';
    if (isLent && before < sizeBytes) throw volumeDriverError.GROWS_DETACHED({ name });
    if (isLent) return;
    const device = await findLoop(file, signal);
    if (before < sizeBytes) await truncate(file, sizeBytes);
    this.#faultPoint('grow:lengthened');
    if (device !== undefined) await growLoop(device, signal);
    // Compares the filesystem's size, not the file's: an earlier try may have stopped between the two.
    const ext4 = await readExt4(file, signal);
    if (ext4 === undefined) throw volumeDriverError.DAMAGED({ name });
    if (ext4.sizeBytes >= sizeBytes) return;
    await using _held = device === undefined ? await takeVolume(name, file, signal) : undefined;
    if (device === undefined) await this.#repair(name, file, signal);
    if (!(await growExt4(device ?? file, signal))) throw volumeDriverError.GROWS_DETACHED({ name });
    await syncPath(file);
  }

  async attach(name: string, signal?: AbortSignal): Promise<{ readonly hostPath: string }> {
    const file = this.#files.volume(name);
    if ((await sizeOf(file)) === undefined) throw volumeDriverError.MISSING({ name });
    await this.checkNotLent(name);
    const hostPath = this.hostPath(name);
    const present = await findLoop(file, signal);
    if (present !== undefined && (await isMountedAt(present, hostPath))) return { hostPath };
    // Detaches a device without users at once; waits for one with users, and refuses then.
    if (present !== undefined) await detachLoop(present, signal);
    await using _held = await takeVolume(name, file, signal);
    await using loop = await openLoop(file, signal);
    this.#faultPoint('attach:opened');
    // The device is detached with the mount, also when the whole capsule is torn down.
    await mountVolume({ name, device: loop.device, hostPath }, signal);
    return { hostPath };
  }

  async lend(name: string, signal?: AbortSignal): Promise<void> {
    const file = this.#files.volume(name);
    if ((await sizeOf(file)) === undefined) throw volumeDriverError.MISSING({ name });
    await this.lendDevice(name, file, signal);
  }

  devicePath(name: string): string {
    return this.#files.volume(name);
  }

  async detach(name: string, signal?: AbortSignal): Promise<void> {
    await this.unbindFolders(name, signal);
    await unmountVolume({ name, hostPath: this.hostPath(name) }, signal);
    const file = this.#files.volume(name);
    if ((await sizeOf(file)) === undefined) return this.forgetLent(name);
    const device = await findLoop(file, signal);
    if (device !== undefined) await detachLoop(device, signal);
    // Other namespaces may still have it mounted: the device is gone only when its filesystem is.
    await this.freeDevice(name, file, signal);
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
  const loop = await openLoop(image, signal);
  return { image, device: loop.device, close: async () => loop[Symbol.asyncDispose]() };
}
