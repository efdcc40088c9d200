import { type BootEntry, isSpent } from '../../resource/slot/boot-entry.ts';
import type { UpdateRecord } from './update-record.ts';
import { hasEnded } from './update-record.ts';

/** The findings of a boot: the entry that runs, all entries on the ESP, and the last update that the store knows. */
export interface BootSeen {
  readonly running: BootEntry;
  readonly entries: readonly BootEntry[];
  readonly update?: UpdateRecord;
  readonly bootId: string;
  /** Why the boots of the update failed, as far as they could leave it on the disk or in the firmware. */
  readonly left?: { readonly reason?: string; readonly panic?: string };
}

/**
 * How a boot stands to the last update. `steady`: no update is open. `cut`: the update was interrupted before the
 * choice changed. `waiting`: the choice has changed, and the reboot is still to come. `trial`: the running system
 * has to be confirmed. `fell-back`: the new system did not come up, and the old one runs again.
 */
export type BootVerdict =
  | { readonly kind: 'steady' | 'cut' | 'waiting' | 'trial' }
  | { readonly kind: 'fell-back'; readonly reason: string };

/** Judges by the ESP first: a store may have been restored, or may be older than the choice. Pure. */
export function judgeBoot(seen: BootSeen): BootVerdict {
  if (seen.running.tries !== undefined) return { kind: 'trial' };
  const { update } = seen;
  if (update === undefined || hasEnded(update)) return { kind: 'steady' };
  // The name lost its counter before the store learnt it: the confirmation was under way.
  if (seen.running.generation === update.generation) return { kind: 'steady' };
  const target = seen.entries.find(({ generation }) => generation === update.generation);
  if (update.state === 'writing' && target === undefined) return { kind: 'cut' };
  if (target !== undefined && !isSpent(target) && update.bootId === seen.bootId) {
    return { kind: 'waiting' };
  }
  return { kind: 'fell-back', reason: reasonOf(target, update, seen.left) };
}

function reasonOf(
  target: BootEntry | undefined,
  { to, reason }: UpdateRecord,
  left: BootSeen['left'],
): string {
  const known = reason ?? left?.reason;
  if (known !== undefined) return known;
  if (target === undefined) return `the entry of ${to.slot} is no longer on the ESP`;
  const { done = 0 } = target.tries ?? {};
  const why = left?.panic === undefined ? '' : `: kernel panic: ${left.panic}`;
  if (isSpent(target)) return `${to.slot} did not come up in ${done} tries${why}`;
  return `the machine booted the old slot although ${to.slot} had tries left`;
}
