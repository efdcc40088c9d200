import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
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

/** A guest has it in a volume from before its copy until all of that is synced (`copy_up.rs`). */
const GUEST_MARKER = '.capsule-filling';

export interface VolumeFillerParts {
  readonly records: Pick<VolumeRecords, 'get' | 'markFilling'>;
  readonly backend: Pick<
    VolumeBackend,
    'hostPath' | 'isEmpty' | 'clear' | 'attach' | 'detach' | 'lend'
  >;
  readonly files: Pick<ContainerFiles, 'copyOut'>;
  /** One thing at a time for each volume: no snapshot is of a copy whose state is another one by then. */
  readonly lock: KeyedLock;
}

/** Gives a volume that nobody has used yet what the image has in its place, as people know it. */
export class VolumeFiller {
  readonly #parts: VolumeFillerParts;

  constructor(parts: VolumeFillerParts) {
    this.#parts = parts;
  }

  /**
   * Once for each volume, when it is attached and before the container runs. A copy that was cut short
   * is thrown away and done again. A volume that holds something already is left as it is. A microVM does it
   * by itself, and counts as done when it runs.
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
    // A mount of a folder fills nothing; another one of the same volume may.
    const mount = mounts.find(({ copyUp }) => copyUp) ?? mounts[0];
    if (filling === 'done' || filling === undefined || mount === undefined) return;
    if (volumeUse(spec) === 'lent') {
      // Its guest fills it when it starts, and goes on with what it has begun; `recordFilled` is called then.
      if (filling === 'underway') await this.#clearLent(name, signal);
      records.markFilling(name, 'due');
      return;
    }
    const hostPath = backend.hostPath(name);
    if (filling === 'due' && (await isHalfFilled(hostPath))) records.markFilling(name, 'underway');
    if (records.get(name)?.filling === 'underway') await backend.clear(name);
    if (mount.copyUp && (await backend.isEmpty(name))) {
      records.markFilling(name, 'underway');
      await files.copyOut({ ref: mount.ref, path: mount.mountPath }, hostPath, signal);
    }
    records.markFilling(name, 'done');
  }

  /** The microVM of a record runs: its guest has copied and synced before. Idempotent. */
  recordFilled(record: CellRecord): void {
    const { records } = this.#parts;
    if (volumeUse(record.spec) !== 'lent') return;
    for (const name of volumesOf(record)) {
      const volume = records.get(name);
      const isDue = volume?.filling === 'due';
      if (isDue && isHeldBy(volume, record.id)) records.markFilling(name, 'done');
    }
  }

  /** What the copy for a container has left, where the workload has become a microVM. */
  async #clearLent(name: string, signal: AbortSignal): Promise<void> {
    const { backend } = this.#parts;
    await backend.detach(name, signal);
    await backend.attach(name, signal);
    await backend.clear(name);
    await backend.detach(name, signal);
    await backend.lend(name, signal);
  }
}

async function isHalfFilled(hostPath: string): Promise<boolean> {
  try {
    await lstat(join(hostPath, GUEST_MARKER));
    return true;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw failure;
  }
}
