import type { Resources as Limits } from '@capsule/core';
import type { PauseCommands } from '../pause/commands.ts';
import type { WorkloadObserver } from '../workload/observe.ts';
import type { NetworkArea } from './network.ts';
import type { Ports } from './ports.ts';
import type { Records } from './records.ts';
import type { VolumeArea } from './volumes.ts';

export interface WorkloadSettings {
  readonly concurrency: number;
  /** Limits that the runtime can enforce. */
  readonly limits: ReadonlySet<keyof Limits>;
  /** Where the capsule keeps volumes and disks: no workload names a file in there. */
  readonly ownFolders: readonly string[];
  /** Memory without which a microVM of an image does not boot here, in MiB. */
  readonly leastMib: number;
}

export interface WorkloadsParts {
  readonly records: Records;
  readonly observer: WorkloadObserver;
  readonly pauses: PauseCommands;
  readonly ports: Ports;
  readonly network: NetworkArea;
  readonly volumes: VolumeArea;
  readonly settings: WorkloadSettings;
}
