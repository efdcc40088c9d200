import type { CellId, Resources as Limits } from '@capsule/core';
import type { PauseCommands } from '../pause/commands.ts';
import type { WorkloadObserver } from '../workload/observe.ts';
import type { UpdateGuardParts } from '../workload/update-guard.ts';
import type { NetworkArea } from './network.ts';
import type { Ports } from './ports.ts';
import type { Records } from './records.ts';
import type { VolumeArea } from './volumes.ts';

export interface WorkloadSettings {
  readonly concurrency: number;
  /** Limits that the runtime can enforce. */
  readonly limits: ReadonlySet<keyof Limits>;
  /** Folders of the capsule's volumes and disks: no workload may name a file in them. */
  readonly ownFolders: readonly string[];
  /** Least memory in MiB with which a microVM of an image boots on this capsule. */
  readonly leastMib: number;
}

export interface WorkloadsParts {
  /** Makes the scopes of a cell, where they are not made yet. */
  readonly ensureScopes: (cell: CellId, signal: AbortSignal) => Promise<void>;
  readonly remakeScopes: (cell: CellId) => void;
  /** Restores an earlier spec of a root with siblings, as `UpdateGuard` needs it. */
  readonly rollBackRoot: UpdateGuardParts['rollBack'];
  readonly records: Records;
  readonly observer: WorkloadObserver;
  readonly pauses: PauseCommands;
  readonly ports: Ports;
  readonly network: NetworkArea;
  readonly volumes: VolumeArea;
  readonly settings: WorkloadSettings;
}
