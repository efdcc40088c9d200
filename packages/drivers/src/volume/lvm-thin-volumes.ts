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
  copyImage,
  growExt4,
  identifyExt4,
  type LogicalVolume,
  makeExt4,
  readExt4,
} from '@capsule/host';
import { DeviceArchives } from './device-archives.ts';
import { volumeDriverError } from './errors.ts';
import { mountVolume, unmountVolume } from './ext4-mount.ts';
import { freeBytesOf } from './free-bytes.ts';
import { lookAtEach } from './look-at-each.ts';
import { MountedVolumes } from './mounted-volumes.ts';
import { ThinGroup, type ThinGroupOptions } from './thin-group.ts';
import { thinNames } from './thin-names.ts';
import { statOf, syncPath } from './volume-files.ts';

export interface LvmThinOptions extends ThinGroupOptions {
  /** Where volumes are mounted, each below its name: `/run/capsule-volumes`. */
  readonly mountRoot: string;
  readonly faultPoint?: FaultPoint<VolumeFault>;
  /** Where filesystems are mounted unseen, to be packed and unpacked: `/run/capsule-files`. */
  readonly scratch?: string;
  readonly filesBinary?: string;
}

/** Thin volumes of LVM: snapshots are instant, and what is not written takes no room. */
export class LvmThinVolumes extends MountedVolumes implements VolumeBackend {
  readonly kind = 'lvm-thin';
  /** Its volumes as streams. */
  readonly archives: VolumeArchives;
  readonly #group: ThinGroup;
  readonly #faultPoint: FaultPoint<VolumeFault>;

  constructor(options: LvmThinOptions) {
    const { faultPoint = () => undefined } = options;
    super(options.mountRoot);
    this.#faultPoint = faultPoint;
    this.#group = new ThinGroup(options);
    this.archives = new DeviceArchives({
      filesBinary: options.filesBinary ?? '/usr/bin/capsule-files',
      scratch: options.scratch ?? '/run/capsule-files',
      openSnapshot: async (ref, signal) => {
        const lv = thinNames.snapshot(ref);
        if ((await this.#group.find(lv, signal)) === undefined) throw missingSnapshot(ref);
        const device = await this.#group.activate(lv, signal);
        return { image: device, device, close: async () => undefined };
      },
      openVolume: async (name, signal) => {
        const device = await this.#group.activate(thinNames.volume(name), signal);
        return { image: device, device, close: async () => undefined };
      },
    });
  }

  async probe(signal?: AbortSignal): Promise<VolumePool> {
    try {
      return describePool(await this.#group.pool(signal));
    } catch (error) {
      signal?.throwIfAborted();
      return describePool(undefined, (error as Error).message);
    }
  }

  async list(signal?: AbortSignal): Promise<readonly VolumeSeen[]> {
    const [all, attached] = await Promise.all([this.#group.list(signal), this.attached()]);
    const found = all.flatMap((lv) => {
      const name = thinNames.volumeOf(lv.name);
      return name === undefined ? [] : [{ name, lv }];
    });
    const look = async ({ name, lv }: (typeof found)[number]): Promise<VolumeSeen> => {
      const hostPath = attached.get(name) === 'mounted' ? this.hostPath(name) : undefined;
      const ext4 = await readExt4(await this.#group.activate(lv.name, signal), signal);
      return {
        name,
        sizeBytes: ext4?.sizeBytes ?? lv.sizeBytes,
        usedBytes: usedOf(lv),
        ...(ext4 && { uid: ext4.uuid }),
        ...(hostPath && { hostPath }),
        ...(await freeBytesOf(ext4, hostPath)),
      };
    };
    const isThere = async ({ lv }: (typeof found)[number]) =>
      (await this.#group.find(lv.name, signal)) !== undefined;
    const unread = ({ name, lv }: (typeof found)[number]): VolumeSeen => ({
      name,
      sizeBytes: lv.sizeBytes,
      usedBytes: usedOf(lv),
    });
    return lookAtEach(found, { look, isThere, unread }, signal);
  }

  async create(volume: NewVolume, from?: VolumeOrigin, signal?: AbortSignal): Promise<void> {
    const { name, uid } = volume;
    const lv = thinNames.volume(name);
    if ((await this.#group.find(lv, signal)) !== undefined) {
      const found = await readExt4(await this.#group.activate(lv, signal), signal);
      if (found?.uuid !== uid) throw volumeDriverError.FOREIGN({ name });
      return;
    }
    await this.#makeAside(volume, from, signal);
    this.#faultPoint('create:formatted');
    await this.#group.rename(thinNames.aside(name), lv, signal);
    this.#faultPoint('create:named');
  }

  async restore(volume: NewVolume, from: SnapshotRef, signal?: AbortSignal): Promise<void> {
    const { name } = volume;
    await this.#makeAside(volume, from, signal);
    this.#faultPoint('restore:copied');
    await this.#group.remove(thinNames.volume(name), signal);
    await this.#group.rename(thinNames.aside(name), thinNames.volume(name), signal);
    this.#faultPoint('restore:named');
  }

  /** Whole and on the disk, without its name. */
  async #makeAside(
    { name, uid, sizeBytes }: NewVolume,
    from: VolumeOrigin | undefined,
    signal?: AbortSignal,
  ): Promise<void> {
    const aside = thinNames.aside(name);
    await this.#group.remove(aside, signal);
    try {
      const device = await this.#open(aside, sizeBytes, from, signal);
      if (from === undefined) await makeExt4(device, uid, signal);
      else await this.#adapt({ name, uid, sizeBytes }, device, signal);
      await syncPath(device);
    } catch (error) {
      await this.#group.remove(aside);
      throw error;
    }
  }

  /** A new logical volume with what it is made of. */
  async #open(
    lv: string,
    sizeBytes: number,
    from: VolumeOrigin | undefined,
    signal?: AbortSignal,
  ): Promise<string> {
    if (from === undefined || 'image' in from) {
      await this.#group.create(lv, sizeBytes, signal);
      const device = await this.#group.activate(lv, signal);
      if (from !== undefined) await copyImage(from.image, device, signal);
      return device;
    }
    const snapshot = thinNames.snapshot(from);
    if ((await this.#group.find(snapshot, signal)) === undefined) throw missingSnapshot(from);
    await this.#group.snapshot(snapshot, lv, signal);
    await this.#group.extend(lv, sizeBytes, signal);
    return this.#group.activate(lv, signal);
  }

  /** Checks what was copied, and makes it a volume of its own. */
  async #adapt({ name, uid }: NewVolume, device: string, signal?: AbortSignal): Promise<void> {
    if ((await readExt4(device, signal)) === undefined) {
      throw volumeDriverError.IMAGE_INVALID({ name });
    }
    if (!(await checkExt4(device, signal))) throw volumeDriverError.DAMAGED({ name });
    await identifyExt4(device, uid, signal);
    await growExt4(device, signal);
  }

  async grow(name: string, sizeBytes: number, signal?: AbortSignal): Promise<void> {
    const lv = thinNames.volume(name);
    const found = await this.#group.find(lv, signal);
    if (found === undefined) throw volumeDriverError.MISSING({ name });
    const isLent = (await this.useOf(name)) === 'lent';
    if (isLent && found.sizeBytes < sizeBytes) throw volumeDriverError.GROWS_DETACHED({ name });
    if (isLent) return;
    await this.#group.extend(lv, sizeBytes, signal);
    this.#faultPoint('grow:lengthened');
    const device = await this.#group.activate(lv, signal);
    // By the filesystem's size, not the device's: an earlier try may have stopped between the two.
    const ext4 = await readExt4(device, signal);
    if (ext4 === undefined) throw volumeDriverError.DAMAGED({ name });
    if (ext4.sizeBytes >= sizeBytes) return;
    const isAttached = (await this.attached()).has(name);
    if (!isAttached && !(await checkExt4(device, signal)))
      throw volumeDriverError.DAMAGED({ name });
    if (!(await growExt4(device, signal))) throw volumeDriverError.GROWS_DETACHED({ name });
    await syncPath(device);
  }

  async attach(name: string, signal?: AbortSignal): Promise<{ readonly hostPath: string }> {
    const lv = thinNames.volume(name);
    if ((await this.#group.find(lv, signal)) === undefined) {
      throw volumeDriverError.MISSING({ name });
    }
    await this.checkNotLent(name);
    const hostPath = this.hostPath(name);
    const device = await this.#group.activate(lv, signal);
    this.#faultPoint('attach:opened');
    await mountVolume({ name, device, hostPath }, signal);
    return { hostPath };
  }

  async lend(name: string, signal?: AbortSignal): Promise<void> {
    const lv = thinNames.volume(name);
    if ((await this.#group.find(lv, signal)) === undefined) {
      throw volumeDriverError.MISSING({ name });
    }
    await this.lendDevice(name, await this.#group.activate(lv, signal), signal);
  }

  devicePath(name: string): string {
    return this.#group.device(thinNames.volume(name));
  }

  async detach(name: string, signal?: AbortSignal): Promise<void> {
    await this.unbindFolders(name, signal);
    await unmountVolume({ name, hostPath: this.hostPath(name) }, signal);
    const device = this.devicePath(name);
    // One that is not there, or not active, nobody has.
    if ((await statOf(device)) === undefined) return this.forgetLent(name);
    await this.freeDevice(name, device, signal);
  }

  async remove(name: string, signal?: AbortSignal): Promise<void> {
    await this.detach(name, signal);
    await this.#group.remove(thinNames.volume(name), signal);
    await this.#group.remove(thinNames.aside(name), signal);
  }

  async snapshot(ref: SnapshotRef, signal?: AbortSignal): Promise<void> {
    const lv = thinNames.snapshot(ref);
    if ((await this.#group.find(lv, signal)) !== undefined) return;
    const volume = thinNames.volume(ref.volume);
    if ((await this.#group.find(volume, signal)) === undefined) {
      throw volumeDriverError.MISSING({ name: ref.volume });
    }
    // One transaction of LVM: it is there as a whole, or not at all.
    await this.#group.snapshot(volume, lv, signal);
  }

  async listSnapshots(signal?: AbortSignal): Promise<readonly SnapshotSeen[]> {
    return (await this.#group.list(signal)).flatMap((lv) => {
      const ref = thinNames.snapshotOf(lv.name);
      const usedBytes = usedOf(lv);
      return ref === undefined ? [] : [{ ...ref, sizeBytes: lv.sizeBytes, usedBytes }];
    });
  }

  async removeSnapshot(ref: SnapshotRef, signal?: AbortSignal): Promise<void> {
    await this.#group.remove(thinNames.snapshot(ref), signal);
  }
}

function describePool(
  pool: LogicalVolume | undefined,
  problem = 'there is no thin pool',
): VolumePool {
  const snapshots = 'instant';
  if (pool === undefined) {
    return { ok: false, detail: problem, totalBytes: 0, usedBytes: 0, snapshots };
  }
  const { sizeBytes: totalBytes, dataPercent = 0, metadataPercent = 0 } = pool;
  const usedBytes = Math.ceil((totalBytes * dataPercent) / 100);
  const detail = `thin pool, metadata ${metadataPercent.toFixed(1)} %; snapshots share blocks`;
  return { ok: true, detail, totalBytes, usedBytes, metadataPercent, snapshots };
}

function usedOf({ sizeBytes, dataPercent = 0 }: LogicalVolume): number {
  return Math.ceil((sizeBytes * dataPercent) / 100);
}

function missingSnapshot({ volume, snapshot }: SnapshotRef) {
  return volumeDriverError.SNAPSHOT_MISSING({ name: `${volume}@${snapshot}` });
}
