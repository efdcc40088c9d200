import {
  type CellRecord,
  type ContainerFiles,
  type KeyedLock,
  type VolumeBackend,
  volumesOf,
  volumeUse,
} from '@capsule/core';
import { isHeldBy } from './is-held-by.ts';
import type { VolumeRecords } from './records.ts';

/** Marks a volume from before the guest's copy until the copy is synced (`copy_up.rs`). */
const GUEST_MARKER = '.capsule-filling';

export interface VolumeFillerParts {
  readonly records: Pick<VolumeRecords, 'get' | 'markFilling'>;
  readonly backend: Pick<
    VolumeBackend,
    'hostPath' | 'isEmpty' | 'holds' | 'clear' | 'attach' | 'detach' | 'lend'
  >;
  readonly files: Pick<ContainerFiles, 'copyOut'>;
  /**
   * Serializes the work on each volume: a snapshot never pairs a partial copy with another state in
   * the record.
   */
  readonly lock: KeyedLock;
}

/** Copies the content of the image at a mount into an unused volume, as container engines do. */
export class VolumeFiller {
  readonly #parts: VolumeFillerParts;

  constructor(parts: VolumeFillerParts) {
    this.#parts = parts;
  }

  /**
   * Fills a volume once, when it is attached and before the container runs. Discards and repeats an
   * interrupted copy. Leaves a volume alone that holds data already. A microVM copies by itself;
   * its volume counts as filled when it runs.
   */
  async fill(record: CellRecord, name: string, signal: AbortSignal): Promise<void> {
    await this.#parts.lock(name, () => this.#fillLocked(record, name, signal));
  }

  async #fillLocked(
    { spec, containers }: CellRecord,
    name: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { records, backend, files } = this.#parts;
    const filling = records.get(name)?.filling;
    const mounts = containers.flatMap(({ ref, spec: { mounts } }) =>
      mounts.flatMap((mount) => (mount.volumeName === name ? [{ ...mount, ref }] : [])),
    );
    // A mount of a folder of the volume copies nothing, but another mount of the volume may.
    const mount = mounts.find(({ copyUp }) => copyUp) ?? mounts[0];
    if (filling === 'done' || filling === undefined || mount === undefined) return;
    if (volumeUse(spec) === 'lent') {
      // The guest fills it at its start and continues its own interrupted copy; `recordFilled` is
      // called then.
      if (filling === 'underway') await this.#clearLent(name, signal);
      records.markFilling(name, 'due');
      return;
    }
    const hostPath = backend.hostPath(name);
    const isHalfFilled = filling === 'due' && (await backend.holds(name, GUEST_MARKER));
    if (isHalfFilled) records.markFilling(name, 'underway');
    if (records.get(name)?.filling === 'underway') await backend.clear(name);
    if (mount.copyUp && (await backend.isEmpty(name))) {
      records.markFilling(name, 'underway');
      await files.copyOut({ ref: mount.ref, path: mount.mountPath }, hostPath, signal);
    }
    records.markFilling(name, 'done');
  }

  /**
   * Records that the guest has copied and synced, which it has because its microVM runs. Idempotent.
   */
  recordFilled(record: CellRecord): void {
    const { records } = this.#parts;
    if (volumeUse(record.spec) !== 'lent') return;
    for (const name of volumesOf(record)) {
      const volume = records.get(name);
      const isDue = volume?.filling === 'due';
      if (isDue && isHeldBy(volume, record.id)) records.markFilling(name, 'done');
    }
  }

  /** Removes the partial copy for a container after its workload became a microVM. */
  async #clearLent(name: string, signal: AbortSignal): Promise<void> {
    const { backend } = this.#parts;
    await backend.detach(name, signal);
    await backend.attach(name, signal);
    await backend.clear(name);
    await backend.detach(name, signal);
    await backend.lend(name, signal);
  }
}
