import {
  type ContainerFiles,
  type FaultPoint,
  type GuestVolumes,
  type KeyedLock,
  keyedLock,
  type UploadStore,
  type VolumeArchives,
  type VolumeBackend,
  type VolumeFault,
} from '@capsule/core';
import { openVolumes, UploadFolder } from '@capsule/drivers';
import { AsyncLockScope, dieAt } from '@capsule/engine';
import { VolumeAttachments } from '../volume/attach.ts';
import { VolumeCommands } from '../volume/commands.ts';
import { VolumeCopies } from '../volume/copies.ts';
import { VolumeEvents } from '../volume/events.ts';
import { VolumeExporter } from '../volume/export.ts';
import { VolumeFiller } from '../volume/fill.ts';
import { VolumeHolders, type VolumeUsers } from '../volume/holders.ts';
import { VolumeImporter } from '../volume/import.ts';
import { ArchiveImporter } from '../volume/import-archive.ts';
import { VolumeObserver } from '../volume/observe.ts';
import { PoolObserver, type PoolObserverParts } from '../volume/observe-pool.ts';
import { VolumeReconciler } from '../volume/reconcile.ts';
import { SnapshotCommands } from '../volume/snapshot/commands.ts';
import { SnapshotObserver } from '../volume/snapshot/observe.ts';
import { SnapshotReconciler } from '../volume/snapshot/reconcile.ts';
import { SnapshotScheduler } from '../volume/snapshot/schedule.ts';
import type { Base } from './base.ts';
import type { Records } from './records.ts';
import type { Setup } from './setup.ts';

export interface VolumePorts {
  readonly backend: VolumeBackend;
  readonly guestVolumes: GuestVolumes;
  readonly archives: VolumeArchives;
  readonly uploads: UploadStore;
  readonly faultPoint: FaultPoint<VolumeFault>;
}

export async function openVolumePorts(
  { config, paths }: Setup,
  guestVolumes: GuestVolumes,
): Promise<VolumePorts> {
  const { device } = config.volumes;
  const faultPoint = dieAt<VolumeFault>(paths.faultPoint);
  const backend = await openVolumes({
    folder: paths.volumes,
    mountRoot: paths.mounts,
    faultPoint,
    pool: { group: 'capsule', pool: 'thinpool', backupFolder: paths.lvm, stateFile: paths.pool },
    ...(device !== undefined && { device }),
  });
  const uploads = new UploadFolder(paths.uploads);
  return { backend, guestVolumes, archives: backend.archives, uploads, faultPoint };
}

export interface VolumesParts {
  readonly records: Pick<Records, 'volumes' | 'snapshots' | 'recorder'>;
  readonly ports: VolumePorts;
  readonly pauses: PoolObserverParts['pauses'];
  readonly files: Pick<ContainerFiles, 'copyOut'>;
  readonly users: VolumeUsers;
}

export type VolumeArea = ReturnType<typeof createVolumes>;

/** Creates all parts for volumes and snapshots; `start` starts them. */
export function createVolumes(base: Base, parts: VolumesParts) {
  const { feed, log, monotonicMs } = base;
  const { ports, pauses, files, users } = parts;
  const { volumes: records, recorder } = parts.records;
  const { backend, guestVolumes, archives, uploads, faultPoint } = ports;
  const lock = keyedLock(new AsyncLockScope());
  const events = new VolumeEvents({ recorder, feed });
  const pool = new PoolObserver({
    records,
    backend,
    guestVolumes,
    pauses,
    users,
    events,
    log,
    monotonicMs,
  });
  const snapshots = createSnapshots(base, { ...parts, events, pool, lock });
  const reconciler = new VolumeReconciler({
    records,
    snapshots: snapshots.reconciler,
    backend,
    events,
    lock,
    faultPoint,
    log,
  });
  const observer = new VolumeObserver({ records, backend });
  const holders = new VolumeHolders({ records, users, feed });
  const archiveImporter = new ArchiveImporter({
    records,
    reconciler,
    backend,
    archives,
    events,
    pool,
    lock,
    faultPoint,
  });
  return {
    commands: new VolumeCommands({
      records,
      snapshots: parts.records.snapshots,
      observer,
      reconciler,
      pool,
      holders,
      users,
      lock,
      onSchedule: () => snapshots.scheduler.wake(),
    }),
    reconciler,
    observer,
    pool,
    snapshots,
    attachments: new VolumeAttachments({ records, backend, events, lock, faultPoint, users }),
    copies: new VolumeCopies({ records, reconciler, snapshots, pool, holders, lock }),
    filler: new VolumeFiller({ records, backend, files, lock }),
    exporter: new VolumeExporter({
      records: snapshots.records,
      snapshots: snapshots.commands,
      archives,
    }),
    archiveImporter,
    importer: new VolumeImporter({ records, reconciler, archives: archiveImporter, uploads, lock }),
    /** Finishes or undoes interrupted work first. Never throws. */
    async start(): Promise<void> {
      await reconciler.resume().catch((error) => log.error('volumes not resumed', { error }));
      snapshots.scheduler.wake();
      await pool.start();
    },
    [Symbol.dispose]: () => {
      snapshots.scheduler[Symbol.dispose]();
      pool[Symbol.dispose]();
    },
  };
}

interface SnapshotsParts extends VolumesParts {
  readonly events: VolumeEvents;
  readonly pool: PoolObserver;
  readonly lock: KeyedLock;
}

function createSnapshots(base: Base, parts: SnapshotsParts) {
  const { log, now, monotonicMs } = base;
  const { events, pool, lock, users } = parts;
  const { volumes, snapshots: records } = parts.records;
  const { backend, guestVolumes, uploads, faultPoint } = parts.ports;
  const observer = new SnapshotObserver({ records, backend });
  const reconciler = new SnapshotReconciler({
    records,
    volumes,
    backend,
    guestVolumes,
    users,
    events,
    lock,
    faultPoint,
    log,
    now,
  });
  const commands = new SnapshotCommands({
    records,
    observer,
    reconciler,
    volumes,
    pool,
    lock,
    now,
  });
  const scheduler = new SnapshotScheduler({
    volumes,
    records,
    commands,
    reconciler,
    uploads,
    events,
    log,
    now,
    monotonicMs,
  });
  return { records, observer, reconciler, commands, scheduler };
}
