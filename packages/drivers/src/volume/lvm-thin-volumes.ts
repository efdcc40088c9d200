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
import { checkExt4, growExt4, type LogicalVolume, readExt4 } from '@capsule/host';
import { volumeDriverError } from './errors.ts';
import { mountVolume, unmountVolume } from './ext4-mount.ts';
import { lookAtThinVolumes } from './look-at-thin-volumes.ts';
import { makeThinVolume } from './make-thin-volume.ts';
import { MountedVolumes } from './mounted-volumes.ts';
import { thinArchives } from './thin-archives.ts';
import { ThinGroup, type ThinGroupOptions } from './thin-group.ts';
import { thinNames } from './thin-names.ts';
import { describeThinPool, usedOf } from './thin-usage.ts';
import { statOf, syncPath } from './volume-files.ts';

export interface LvmThinOptions extends ThinGroupOptions {
  /** The folder in which volumes are mounted, each on its name: `/run/capsule-volumes`. */
  readonly mountRoot: string;
  readonly faultPoint?: FaultPoint<VolumeFault>;
  /** The folder on which filesystems are mounted privately to pack and unpack them: `/run/capsule-files`. */
  readonly scratch?: string;
  readonly filesBinary?: string;
}

/** Thin volumes of LVM: snapshots are instant, and unwritten space takes no room. */
export class LvmThinVolumes extends MountedVolumes implements VolumeBackend {
  readonly kind = 'lvm-thin';
  /** Reads and writes its volumes as streams. */
  readonly archives: VolumeArchives;
  readonly #group: ThinGroup;
  readonly #faultPoint: FaultPoint<VolumeFault>;

  constructor(options: LvmThinOptions) {
    const { faultPoint = () => undefined } = options;
    super(options.mountRoot);
    this.#faultPoint = faultPoint;
    this.#group = new ThinGroup(options);
    const { filesBinary = '/usr/bin/capsule-files', scratch = '/run/capsule-files' } = options;
    this.archives = thinArchives(this.#group, { filesBinary, scratch });
  }

  async probe(signal?: AbortSignal): Promise<VolumePool> {
    try {
      return describeThinPool(await this.#group.pool(signal));
    } catch (error) {
      signal?.throwIfAborted();
      return describeThinPool(undefined, (error as Error).message);
    }
  }

  async list(signal?: AbortSignal): Promise<readonly VolumeSeen[]> {
    const [all, attached] = await Promise.all([this.#group.list(signal), this.attached()]);
    const mountOf = (name: string) =>
      attached.get(name) === 'mounted' ? this.hostPath(name) : undefined;
    return lookAtThinVolumes(this.#group, all, mountOf, signal);
  }

  async create(volume: NewVolume, from?: VolumeOrigin, signal?: AbortSignal): Promise<void> {
    const { name, uid } = volume;
    const lv = thinNames.volume(name);
    if ((await this.#group.find(lv, signal)) !== undefined) {
      const found = await readExt4(await this.#group.activate(lv, signal), signal);
      if (found?.uuid !== uid) throw volumeDriverError.FOREIGN({ name });
      return;
    }
    await makeThinVolume(this.#group, volume, from, signal);
    this.#faultPoint('create:formatted');
    await this.#group.rename(thinNames.aside(name), lv, signal);
    this.#faultPoint('create:named');
  }

  async restore(volume: NewVolume, from: SnapshotRef, signal?: AbortSignal): Promise<void> {
    const { name } = volume;
    await makeThinVolume(this.#group, volume, from, signal);
    this.#faultPoint('restore:copied');
    await this.#group.remove(thinNames.volume(name), signal);
    await this.#group.rename(thinNames.aside(name), thinNames.volume(name), signal);
    this.#faultPoint('restore:named');
  }

  async grow(name: string, sizeBytes: number, signal?: AbortSignal): Promise<void> {
    const lv = thinNames.volume(name);
    const found = await this.#find(name, signal);
    const isLent = (await this.useOf(name)) === 'lent';
    if (isLent && found.sizeBytes < sizeBytes) throw volumeDriverError.GROWS_DETACHED({ name });
    if (isLent) return;
    await this.#group.extend(lv, sizeBytes, signal);
    this.#faultPoint('grow:lengthened');
    const device = await this.#group.activate(lv, signal);
    // Compares the filesystem's size, not the device's: an earlier try may have stopped between the two.
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
    await this.#find(name, signal);
    await this.checkNotLent(name);
    const hostPath = this.hostPath(name);
    const device = await this.#group.activate(thinNames.volume(name), signal);
    this.#faultPoint('attach:opened');
    await mountVolume({ name, device, hostPath }, signal);
    return { hostPath };
  }

  async lend(name: string, signal?: AbortSignal): Promise<void> {
    await this.#find(name, signal);
    const device = await this.#group.activate(thinNames.volume(name), signal);
    await this.lendDevice(name, device, signal);
  }

  devicePath(name: string): string {
    return this.#group.device(thinNames.volume(name));
  }

  async detach(name: string, signal?: AbortSignal): Promise<void> {
    await this.unbindFolders(name, signal);
    await unmountVolume({ name, hostPath: this.hostPath(name) }, signal);
    const device = this.devicePath(name);
    // A volume whose device is missing or inactive has no users.
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
    await this.#find(ref.volume, signal);
    // One transaction of LVM: the snapshot is whole or absent.
    await this.#group.snapshot(thinNames.volume(ref.volume), lv, signal);
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

  /** Fails with `VOLUME_MISSING`. */
  async #find(name: string, signal?: AbortSignal): Promise<LogicalVolume> {
    const found = await this.#group.find(thinNames.volume(name), signal);
    if (found === undefined) throw volumeDriverError.MISSING({ name });
    return found;
  }
}
