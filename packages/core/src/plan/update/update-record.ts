import type { SlotName } from '../../resource/slot/boot-entry.ts';

/**
 * How far an update has come. `writing`: the other slot is written, and nothing boots it. `ready`: the next boot
 * tries it. `trial`: it runs, and is not permanent. The others are ends.
 */
export type UpdateState = 'writing' | 'ready' | 'trial' | 'confirmed' | 'rolled-back' | 'failed';

/** An update, past or present. The store keeps it from before the first byte is written. */
export interface UpdateRecord {
  readonly from: UpdateSide;
  readonly to: UpdateSide;
  /** Of the entry that boots the new system. */
  readonly generation: number;
  readonly state: UpdateState;
  /** Seconds of health after which the capsule confirms by itself; undefined: the operator confirms. */
  readonly autoConfirmSeconds?: number;
  /** Keys of the cells that ran when the update was written; they have to run again. */
  readonly cells?: readonly string[];
  /** Whether the machine had an address when the update was written; it has to have one again. */
  readonly hadAddress?: boolean;
  /** Why an update has ended otherwise than asked for. */
  readonly reason?: string;
  /** The last lines of the boots that failed, and of a kernel that panicked. */
  readonly log?: readonly string[];
  /** Of the boot in which the update was written (/proc/sys/kernel/random/boot_id). */
  readonly bootId: string;
}

export interface UpdateSide {
  readonly slot: SlotName;
  readonly version: string;
}

/** An update as the history shows it; times in milliseconds since 1970, by the clock of the machine. */
export interface UpdateEntry
  extends Pick<UpdateRecord, 'from' | 'to' | 'state' | 'reason' | 'log'> {
  readonly startedAt: number;
  readonly endedAt?: number;
}

/** Whether nothing more happens to this update. Pure. */
export function hasEnded({ state }: Pick<UpdateRecord, 'state'>): boolean {
  return state === 'confirmed' || state === 'rolled-back' || state === 'failed';
}
