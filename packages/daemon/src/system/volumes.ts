import {
  keyedLock,
  type Reach,
  type UploadStore,
  type VolumeArchives,
  type VolumeBackend,
  type VolumeBorrowers,
  type VolumeFault,
} from '@capsule/core';
import { AsyncLockScope, type Database, type Feed, type Log } from '@capsule/engine';
import { SnapshotKeeper } from '../snapshot/commands.ts';
import { SnapshotScheduler } from '../snapshot/schedule.ts';
import type { Events } from '../store/events.ts';
import { Snapshots } from '../store/snapshots.ts';
import { Volumes } from '../store/volumes.ts';
import { VolumeKeeper } from '../volume/commands.ts';
import { VolumeCopies } from '../volume/copies.ts';
import { VolumeExporter } from '../volume/export.ts';
import { VolumeImporter } from '../volume/import.ts';
import { PoolWatch, type PoolWatchParts } from '../volume/observe-pool.ts';
import { VolumeSteps } from '../volume/steps.ts';
import { VolumeStory } from '../volume/story.ts';

export interface VolumesParts {
  readonly db: Database;
  readonly events: Events;
  readonly feed: Feed;
  readonly backend: VolumeBackend;
  readonly borrowers: VolumeBorrowers;
  readonly archives: VolumeArchives;
  readonly uploads: UploadStore;
  readonly pauses: PoolWatchParts['pauses'];
  readonly reach: Reach<VolumeFault>;
  /** Workloads that name it in what is wished of them. */
  readonly namedBy: (volume: string) => readonly string[];
  /** Whether a workload is being stopped. */
  readonly isStopping: (workload: string) => boolean;
  /** Told when somebody else may take the volume now. */
  readonly onRelease: (volume: string) => void;
  readonly log: Log;
  readonly now: () => number;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonicMs: () => number;
}

/** Everything about volumes and their snapshots, put together; `start` sets it in motion. */
export function createVolumes(parts: VolumesParts) {
  const { db } = parts;
  const volumes = new Volumes(db);
  const snapshots = new Snapshots(db);
  const story = new VolumeStory(parts);
  const watch = new PoolWatch({ ...parts, volumes, story });
  const checkRoom = () => watch.checkRoom();
  const shared = {
    ...parts,
    volumes,
    snapshots,
    story,
    alone: keyedLock(new AsyncLockScope()),
    checkRoom,
  };
  const snapshotKeeper = new SnapshotKeeper(shared);
  const steps = new VolumeSteps({ ...shared, snapshotKeeper });
  const copies = new VolumeCopies({ ...shared, snapshotKeeper, steps });
  const keeper = new VolumeKeeper({
    ...shared,
    ...{ snapshotKeeper, steps },
    onSchedule: () => scheduler.wake(),
  });
  const exporter = new VolumeExporter({ ...shared, keeper: snapshotKeeper });
  const importer = new VolumeImporter({ ...shared, steps, copies });
  const scheduler = new SnapshotScheduler({ ...shared, keeper: snapshotKeeper });
  return {
    volumes,
    keeper,
    steps,
    copies,
    snapshotKeeper,
    exporter,
    importer,
    scheduler,
    watch,
    alone: shared.alone,
    backend: parts.backend,
    /** What was cut short is finished or undone first. Never throws. */
    async start(): Promise<void> {
      await steps.resume().catch((error) => parts.log.error('volumes not resumed', { error }));
      scheduler.wake();
      await watch.start();
    },
    [Symbol.dispose]: () => {
      scheduler[Symbol.dispose]();
      watch[Symbol.dispose]();
    },
  };
}
