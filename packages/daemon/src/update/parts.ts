import type { KeyObject } from 'node:crypto';
import type { BootSlots, UpdateTarget } from '@capsule/core';
import type { Log } from '@capsule/engine';
import type { UpdateRecords } from './records.ts';

/** Facts about the running system that decide which bundles suit it. */
export type RunningSystem = Pick<UpdateTarget, 'version' | 'architecture' | 'board'>;

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
  readonly log: Log;
}
