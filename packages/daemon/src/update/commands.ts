import {
  type BootEntry,
  type BundleManifest,
  hasEnded,
  nextBootEntry,
  otherSlot,
  planConfirm,
  planRollback,
  rollbackTarget,
  type SlotName,
  type SlotsSeen,
  type UpdateRecord,
} from '@capsule/core';
import { applySteps } from './apply-steps.ts';
import { updateError } from './errors.ts';
import type { UpdateParts } from './parts.ts';
import { receiveBundle, type SentBundle } from './receive.ts';
import type { StoredUpdate } from './records.ts';

/** A version and the slot that holds it. */
export interface SlotVersion {
  readonly slot: SlotName;
  readonly version: string;
}

interface Rollback {
  readonly running: BootEntry;
  readonly to: SlotVersion;
  readonly reason: string;
}

/** The operator's commands about the system's versions. One at a time. */
export class UpdateCommands {
  readonly #parts: UpdateParts;
  #isBusy = false;

  constructor(parts: UpdateParts) {
    this.#parts = parts;
  }

  /** Returns all updates, the newest first. */
  history(): readonly StoredUpdate[] {
    return this.#parts.records.list();
  }

  /**
   * Writes a bundle into the other slot and reboots into it. Fails with `UPDATE_BUSY`, `UPDATE_ON_TRIAL`,
   * `UPDATE_REBOOT_DUE`, and as `receiveBundle` does.
   */
  push(sent: SentBundle, signal: AbortSignal): Promise<SlotVersion> {
    return this.#alone(async () => {
      const seen = await this.#parts.slots.read();
      this.#requireSettled(seen);
      const { version }: BundleManifest = await receiveBundle(this.#parts, sent, signal);
      await this.#parts.reboot();
      return { slot: otherSlot(seen.running.slot), version };
    });
  }

  /** Makes the version on trial permanent. Fails with `UPDATE_NOT_ON_TRIAL`. */
  confirm(): Promise<SlotVersion> {
    return this.#alone(async () => {
      const { slots, records, system } = this.#parts;
      const { running } = await slots.read();
      const isOver = running.tries === undefined || hasGoneBack(records.last(), running);
      if (isOver) throw updateError.NOT_ON_TRIAL({});
      await applySteps(slots, planConfirm(running));
      records.move('confirmed');
      return { slot: running.slot, version: system.version };
    });
  }

  /**
   * Makes the other slot the choice and reboots into it. Also ends a trial. The version is empty if the history
   * does not know it. Fails with `UPDATE_NOTHING_BEFORE`.
   */
  rollBack(reason: string): Promise<SlotVersion> {
    return this.#alone(async () => {
      const { slots, records, reboot } = this.#parts;
      const { entries, running } = await slots.read();
      const target = rollbackTarget(entries, running.slot);
      if (target === undefined) {
        throw updateError.NOTHING_BEFORE({ slot: otherSlot(running.slot) });
      }
      const version = records.versionIn(target.slot) ?? '';
      const rollback = { running, to: { slot: target.slot, version }, reason };
      await this.#note(() => leaveNote(this.#parts, rollback));
      await applySteps(slots, planRollback(entries, running.slot));
      await this.#note(() => recordRollback(this.#parts, rollback, target.generation));
      await reboot();
      return rollback.to;
    });
  }

  /** A full disk takes no record, and must not keep the machine from going back. */
  async #note(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#parts.log.error('the roll-back is not recorded', { error });
    }
  }

  #requireSettled({ running, entries }: SlotsSeen): void {
    const { records, system, bootId } = this.#parts;
    if (running.tries !== undefined) throw updateError.ON_TRIAL({ version: system.version });
    const last = records.last();
    const isOtherNext = nextBootEntry(entries)?.generation !== running.generation;
    const goesBack = last?.state === 'rolled-back' && last.bootId === bootId;
    if (last !== undefined && (!hasEnded(last) || goesBack) && isOtherNext) {
      throw updateError.REBOOT_DUE({ version: last.to.version });
    }
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isBusy) throw updateError.BUSY({});
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }
}

/** Whether a trial is rolled back already, and only the reboot is to come. Pure. */
export function hasGoneBack(last: UpdateRecord | undefined, running: BootEntry): boolean {
  return last?.state === 'rolled-back' && last.generation === running.generation;
}

/** For the system before this one, which may not know the store of this one. */
async function leaveNote({ note }: UpdateParts, { running, reason }: Rollback): Promise<void> {
  if (running.tries !== undefined) await note.leave(running.generation, reason);
}

/** Of the update that is open, or as an event of its own. */
async function recordRollback(
  { records, system, bootId }: UpdateParts,
  { running, to, reason }: Rollback,
  generation: number,
): Promise<void> {
  const last = records.last();
  if (last !== undefined && !hasEnded(last)) {
    records.move('rolled-back', reason);
    return;
  }
  const from = { slot: running.slot, version: system.version };
  records.begin({ from, to, generation, state: 'rolled-back', reason, bootId });
}
