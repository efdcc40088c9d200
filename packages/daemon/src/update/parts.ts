import type { KeyObject } from 'node:crypto';
import type { BootSlots, FailedBoots, UpdateTarget } from '@capsule/core';
import type { Log } from '@capsule/engine';
import type { UpdateRecords } from './records.ts';

/** Facts about the running system that decide which bundles suit it. */
export type RunningSystem = Pick<UpdateTarget, 'version' | 'architecture' | 'board'>;

/**
 * Why a system on trial gave up, for the system before it: beside the store, which the failed system may be unable to
 * open.
 */
export interface FailureNote {
  /** Undefined: nothing was left about this generation. */
  read(generation: number): Promise<string | undefined>;
  leave(generation: number, reason: string): Promise<void>;
  /** Idempotent. */
  remove(): Promise<void>;
}

/** The outside of updates. */
export interface UpdateParts {
  readonly slots: BootSlots;
  readonly records: UpdateRecords;
  readonly system: RunningSystem;
  /** The keys of publishers that the running system trusts. */
  readonly keys: () => Promise<readonly KeyObject[]>;
  /** Of this boot: /proc/sys/kernel/random/boot_id. */
  readonly bootId: string;
  /** Starts an orderly reboot of the machine, and returns before it. */
  readonly reboot: () => Promise<void>;
  /** Keys of the cells that run now. */
  readonly running: () => readonly string[];
  readonly hasAddress: () => Promise<boolean>;
  /** The trace of failed boots in the log of the machine. */
  readonly failedBoots: () => Promise<FailedBoots>;
  readonly note: FailureNote;
  readonly log: Log;
}
