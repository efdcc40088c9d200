import type {
  CellId,
  FaultPoint,
  KeyedLock,
  VolumeBackend,
  VolumeFault,
  VolumeUse,
} from '@capsule/core';
import type { VolumeEvents } from './events.ts';
import type { VolumeUsers } from './holders.ts';
import { isHeldBy } from './is-held-by.ts';
import type { VolumeRecords } from './records.ts';

export interface VolumeAttachmentsParts {
  readonly records: VolumeRecords;
  readonly backend: VolumeBackend;
  readonly events: Pick<VolumeEvents, 'notify'>;
  /** Serializes the work on each volume. */
  readonly lock: KeyedLock;
  readonly faultPoint: FaultPoint<VolumeFault>;
  readonly users: Pick<VolumeUsers, 'onRelease'>;
}

/** INVARIANT: a volume is attached only while its record names a holder. */
export class VolumeAttachments {
  readonly #parts: VolumeAttachmentsParts;

  constructor(parts: VolumeAttachmentsParts) {
    this.#parts = parts;
  }

  /**
   * Mounts a volume for a cell, or opens it for the cell's microVM; no other cell gets it until
   * `release`. Fails with `VOLUME_NOT_FOUND`, `VOLUME_NOT_READY`, `VOLUME_IN_USE` and the errors of
   * the backend. Idempotent.
   */
  async attach(
    name: string,
    { holder, use }: { readonly holder: CellId; readonly use: VolumeUse },
    signal?: AbortSignal,
  ): Promise<void> {
    const { records, backend, lock, faultPoint } = this.#parts;
    await lock(name, async () => {
      const { sizeBytes } = records.attach(name, holder);
      faultPoint('attach:leased');
      // The volume may not have been able to grow under its last holder.
      const present = (await backend.attached()).get(name);
      // The kind of the cell has changed: its earlier process is gone.
      if (present !== undefined && present !== use) await backend.detach(name, signal);
      if (present !== use) await backend.grow(name, sizeBytes, signal);
      await (use === 'lent' ? backend.lend(name, signal) : backend.attach(name, signal));
      faultPoint('attach:mounted');
    });
  }

  /** Unmounts a volume that a cell holds, after all its data reached the disk. Idempotent. */
  async release(name: string, holder: CellId, signal?: AbortSignal): Promise<void> {
    const { records, backend, lock, faultPoint, events, users } = this.#parts;
    await lock(name, async () => {
      if (!isHeldBy(records.get(name), holder)) return;
      await backend.detach(name, signal);
      faultPoint('detach:unmounted');
      records.release(name);
      faultPoint('detach:released');
      users.onRelease(name);
      events.notify(name);
    });
  }
}
