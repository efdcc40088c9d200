import type {
  CellNetwork,
  ContainerFiles,
  ContainerRef,
  ContainerRuntime,
  ImageStore,
  LogStore,
  NameResponder,
  PortListeners,
  Reach,
  Resources,
  ServiceProbe,
  UploadStore,
  VolumeArchives,
  VolumeBackend,
  VolumeBorrowers,
  VolumeFault,
  WorkloadRecord,
} from '@capsule/core';
import { type Database, Feed, type Log } from '@capsule/engine';
import { ImageUse } from '../image/commands.ts';
import { claimAddresses } from '../network/claim-address.ts';
import { NamePublisher } from '../network/publish-names.ts';
import { PortPublisher } from '../network/publish-ports.ts';
import { Addresses } from '../store/addresses.ts';
import { Events } from '../store/events.ts';
import { GoodSpecs } from '../store/good-specs.ts';
import { Pauses } from '../store/pauses.ts';
import { WorkloadSpecs } from '../store/workload-specs.ts';
import { WorkloadStatuses } from '../store/workload-statuses.ts';
import { VolumeFiller } from '../volume/fill.ts';
import { Admission } from '../workload/admission/admission.ts';
import { WorkloadConfig } from '../workload/commands.ts';
import { WorkloadController } from '../workload/controller.ts';
import { WorkloadObserver } from '../workload/observe.ts';
import { HealthMonitor } from '../workload/observe-health.ts';
import { PauseKeeper } from '../workload/pause.ts';
import { probeWorkload } from '../workload/probe.ts';
import { UpdateGuard } from '../workload/update-guard.ts';
import { createVolumes } from './volumes.ts';

export interface WorkloadsParts {
  readonly db: Database;
  /** Network of the bridge, from which cells get addresses. */
  readonly cidr: string;
  readonly concurrency: number;
  /** Limits that the runtime can enforce. */
  readonly limits: ReadonlySet<keyof Resources>;
  readonly runtime: ContainerRuntime;
  readonly images: ImageStore;
  readonly network: CellNetwork;
  readonly listeners: PortListeners;
  readonly service: ServiceProbe;
  readonly names: NameResponder;
  readonly logs: LogStore;
  readonly volumeBackend: VolumeBackend;
  readonly borrowers: VolumeBorrowers;
  readonly archives: VolumeArchives;
  readonly uploads: UploadStore;
  readonly reach: Reach<VolumeFault>;
  readonly files: ContainerFiles;
  readonly logPath: (ref: ContainerRef) => string;
  readonly serialLogPath: (ref: ContainerRef) => string;
  readonly log: Log;
  readonly now: () => number;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonicMs: () => number;
  /** Where the capsule keeps volumes and disks: no workload names a file in there. */
  readonly ownFolders: readonly string[];
  /** Memory without which a microVM of an image does not boot here, in MiB. */
  readonly leastMib: number;
}

export type Workloads = ReturnType<typeof createWorkloads>;

/** Everything about workloads, put together; `controller.start()` sets it in motion. */
export function createWorkloads(parts: WorkloadsParts) {
  const { db, network, now, monotonicMs } = parts;
  const feed = new Feed(db, (error) => parts.log.error('change not followed', { error }));
  const specs = new WorkloadSpecs(db);
  const addresses = new Addresses(db, parts.cidr);
  const events = new Events(db);
  const statuses = new WorkloadStatuses(db);
  const pauses = new PauseKeeper({
    ...{ pauses: new Pauses(db), runtime: parts.runtime, log: parts.log },
    onChange: (ref) => controller.wake(ref.container),
  });
  const observer = new WorkloadObserver({
    ...{ db, specs, statuses, events, feed, now, monotonicMs, pauses },
    log: parts.log,
  });
  const volumeSystem = createVolumes({
    ...{ db, events, feed, now, monotonicMs, log: parts.log, backend: parts.volumeBackend },
    ...{
      pauses,
      borrowers: parts.borrowers,
      reach: parts.reach,
      archives: parts.archives,
      uploads: parts.uploads,
    },
    namedBy: (name) =>
      namesOf(
        specs.list().filter(({ desired }) => desired !== 'deleting'),
        name,
      ),
    isStopping: (name) => observer.statusOf(name).progress?.stage === 'stopping',
    onRelease: (name) => {
      for (const workload of namesOf(specs.list(), name)) controller.wake(workload);
    },
  });
  const { volumes, keeper, alone } = volumeSystem;
  const { volumeBackend: backend, files } = parts;
  const filler = new VolumeFiller({ volumes, backend, files, alone });
  const publisher = new PortPublisher({ specs, addresses, network });
  const goods = new GoodSpecs(db);
  const statusOf = (name: string) => observer.statusOf(name);
  const { limits, listeners } = parts;
  const admission = new Admission({
    ...{ specs, goods, addresses, volumes, listeners, limits, statusOf },
    ownFolders: parts.ownFolders,
    leastMib: parts.leastMib,
  });
  const config = new WorkloadConfig({
    ...{ db, specs, admission, now, statusOf },
    note: (record, reason, message) => observer.notes(record, reason, message),
    onChange: (name) => {
      controller.renew(name);
      feed.notify(name);
    },
  });
  const guard = new UpdateGuard({ ...parts, specs, goods, config, observer });
  const health = new HealthMonitor({
    ...parts,
    specs,
    observer,
    probe: (record, signal) => probeWorkload(record, { ...parts, addresses }, signal),
    onChange: (name) => {
      guard.look(name);
      controller.wake(name);
    },
  });
  const namePublisher = new NamePublisher({ specs, addresses, names: parts.names, feed });
  const controller = new WorkloadController({
    ...parts,
    specs,
    addresses,
    events,
    observer,
    publisher,
    volumes,
    keeper,
    filler,
    pauses,
    feed,
    guard,
    health,
  });
  const imageUse = new ImageUse({
    images: parts.images,
    workloads: () => specs.list(),
    statusOf: (name) => observer.statusOf(name),
    now,
  });
  // Before anything reads them: names, port maps and reconciles.
  claimAddresses({ db, specs, addresses, statusOf, log: parts.log });
  const { logs, logPath, serialLogPath, runtime } = parts;
  return {
    specs,
    events,
    observer,
    namePublisher,
    controller,
    config,
    volumeSystem,
    feed,
    logs,
    logPath,
    serialLogPath,
    runtime,
    imageUse,
  };
}

/** Those that mount a volume. */
function namesOf(records: readonly WorkloadRecord[], volume: string): readonly string[] {
  return records
    .filter(({ spec }) => spec.mounts.some(({ volumeName }) => volumeName === volume))
    .map(({ spec }) => spec.name);
}
