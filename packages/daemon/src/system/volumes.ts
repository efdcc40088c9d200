import {
  type ContainerFiles,
  keyedLock,
  type Reach,
  type UploadStore,
  type VolumeArchives,
  type VolumeBackend,
  type VolumeBorrowers,
  type VolumeFault,
} from '@capsule/core';
import { openVolumes, UploadFolder } from '@capsule/drivers';
import { AsyncLockScope, dieAt } from '@capsule/engine';
import { SnapshotKeeper } from '../snapshot/commands.ts';
import { SnapshotScheduler } from '../snapshot/schedule.ts';
import { VolumeKeeper } from '../volume/commands.ts';
import { VolumeCopies } from '../volume/copies.ts';
import { VolumeExporter } from '../volume/export.ts';
import { VolumeFiller } from '../volume/fill.ts';
import { VolumeImporter } from '../volume/import.ts';
import { PoolWatch, type PoolWatchParts } from '../volume/observe-pool.ts';
import { VolumeSteps } from '../volume/steps.ts';
import { VolumeStory } from '../volume/story.ts';
import type { Base } from './base.ts';
import type { Records } from './records.ts';
import type { Setup } from './setup.ts';

export interface VolumePorts {
  readonly backend: VolumeBackend;
  readonly borrowers: VolumeBorrowers;
  readonly archives: VolumeArchives;
  readonly uploads: UploadStore;
  readonly reach: Reach<VolumeFault>;
}

export async function openVolumePorts(
  { config, paths }: Setup,
  borrowers: VolumeBorrowers,
): Promise<VolumePorts> {
  const { device } = config.volumes;
  const reach = dieAt<VolumeFault>(paths.faultPoint);
  const backend = await openVolumes({
    folder: paths.volumes,
    mountRoot: paths.mounts,
    reach,
    pool: { group: 'capsule', pool: 'thinpool', backupFolder: paths.lvm, stateFile: paths.pool },
    ...(device !== undefined && { device }),
  });
  const uploads = new UploadFolder(paths.uploads);
  return { backend, borrowers, archives: backend.archives, uploads, reach };
}

/** The workloads, as volumes know them. */
export interface VolumeUsers {
  /** Workloads whose spec names the volume. */
  readonly namedBy: (volume: string) => readonly string[];
  readonly isStopping: (workload: string) => boolean;
  /** Told when another workload may take the volume now. */
  readonly onRelease: (volume: string) => void;
}

export interface VolumesParts {
  readonly records: Pick<Records, 'volumes' | 'snapshots' | 'events'>;
  readonly ports: VolumePorts;
  readonly pauses: PoolWatchParts['pauses'];
  readonly files: Pick<ContainerFiles, 'copyOut'>;
  readonly users: VolumeUsers;
}

export type VolumeArea = ReturnType<typeof createVolumes>;

/** Everything about volumes and their snapshots, put together; `start` sets it in motion. */
export function createVolumes(base: Base, parts: VolumesParts) {
  const { db, feed, log, now, monotonicMs } = base;
  const { records, ports, pauses, files, users } = parts;
  const { volumes, snapshots, events } = records;
  const { backend, borrowers, archives, uploads, reach } = ports;
  const { namedBy, isStopping, onRelease } = users;
  const alone = keyedLock(new AsyncLockScope());
  const story = new VolumeStory({ events, feed, now });
  const watch = new PoolWatch({
    backend,
    volumes,
    borrowers,
    pauses,
    isStopping,
    story,
    log,
    monotonicMs,
  });
  const checkRoom = () => watch.checkRoom();
  const shared = { db, volumes, backend, alone, reach, checkRoom, story, log };
  const snapshotKeeper = new SnapshotKeeper({ ...shared, snapshots, borrowers, now });
  const steps = new VolumeSteps({ ...shared, snapshotKeeper });
  const copies = new VolumeCopies({ ...shared, snapshotKeeper, steps, archives, now });
  const scheduler = new SnapshotScheduler({
    volumes,
    snapshots,
    keeper: snapshotKeeper,
    uploads,
    story,
    log,
    now,
    monotonicMs,
  });
  const keeper = new VolumeKeeper({
    ...shared,
    snapshotKeeper,
    steps,
    snapshots,
    namedBy,
    onRelease,
    now,
    onSchedule: () => scheduler.wake(),
  });
  const resume = () => steps.resume().catch((error) => log.error('volumes not resumed', { error }));
  return {
    keeper,
    steps,
    copies,
    snapshotKeeper,
    scheduler,
    watch,
    filler: new VolumeFiller({ volumes, backend, files, alone }),
    exporter: new VolumeExporter({ snapshots, keeper: snapshotKeeper, archives }),
    importer: new VolumeImporter({ steps, copies, uploads, volumes, alone }),
    /** What was cut short is finished or undone first. Never throws. */
    async start(): Promise<void> {
      await resume();
      scheduler.wake();
      await watch.start();
    },
    [Symbol.dispose]: () => {
      scheduler[Symbol.dispose]();
      watch[Symbol.dispose]();
    },
  };
}
