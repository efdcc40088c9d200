import { TRIAL_SECONDS } from '@capsule/core';
import type { UpdateParts } from './parts.ts';

/** The slots in the report of the capsule. */
export interface SlotsReport {
  readonly activeSlot: string;
  /** The slot on trial. */
  readonly pendingSlot: string;
  /** The end of the trial, in seconds since 1970 by the clock of the machine; 0 without one. */
  readonly pendingDeadlineUnix: number;
  /** The version that ran before the last update; empty without one. */
  readonly lastVersion: string;
}

interface Clocks {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Seconds since the boot, by the monotonic clock. */
  readonly uptimeSeconds: () => number;
}

/** Describes the slots for the report. Fails with `SLOT_UNREADABLE`. */
export async function describeSlots(
  { slots, records }: Pick<UpdateParts, 'slots' | 'records'>,
  { now, uptimeSeconds }: Clocks,
): Promise<SlotsReport> {
  const { running } = await slots.read();
  const isTrial = running.tries !== undefined;
  const left = TRIAL_SECONDS - uptimeSeconds();
  return {
    activeSlot: running.slot,
    pendingSlot: isTrial ? running.slot : '',
    pendingDeadlineUnix: isTrial ? Math.floor(now() / 1000 + left) : 0,
    lastVersion: records.list().find(({ to }) => to.slot === running.slot)?.from.version ?? '',
  };
}
