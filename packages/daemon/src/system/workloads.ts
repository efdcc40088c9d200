import type { Resources as Limits } from '@capsule/core';
import type { PauseCommands } from '../pause/commands.ts';
import { Admission } from '../workload/admission/admission.ts';
import { WorkloadCommands } from '../workload/commands.ts';
import { WorkloadController } from '../workload/controller.ts';
import type { WorkloadObserver } from '../workload/observe.ts';
import { HealthMonitor } from '../workload/observe-health.ts';
import { probeWorkload } from '../workload/probe.ts';
import { UpdateGuard } from '../workload/update-guard.ts';
import type { Base } from './base.ts';
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

/** What leads workloads to what is asked of them; `controller.start()` sets it in motion. */
export function createWorkloads(base: Base, parts: WorkloadsParts) {
  const { db, feed, log, now, monotonicMs } = base;
  const { records, observer, ports } = parts;
  const { specs, goods, addresses } = records;
  const commands = new WorkloadCommands({
    db,
    specs,
    admission: createAdmission(parts),
    now,
    statusOf: (name) => observer.statusOf(name),
    note: (record, reason, message) => observer.recordEvent(record, reason, message),
    onReplace: (ref) => parts.pauses.forget(ref),
    onChange: (name) => {
      controller.specChanged(name);
      feed.notify(name);
    },
  });
  const guard = new UpdateGuard({ specs, goods, commands, observer, log, monotonicMs });
  const probed = { runtime: ports.runtime, service: ports.network.service, addresses };
  const health = new HealthMonitor({
    specs,
    observer,
    log,
    monotonicMs,
    probe: (record, signal) => probeWorkload(record, probed, signal),
    onChange: (name) => {
      guard.look(name);
      controller.wake(name);
    },
  });
  const controller: WorkloadController = createController(base, parts, { guard, health });
  return { commands, controller };
}

function createAdmission({ records, observer, ports, settings }: WorkloadsParts): Admission {
  const { specs, goods, addresses, volumes } = records;
  const { limits, ownFolders, leastMib } = settings;
  return new Admission({
    specs,
    goods,
    addresses,
    volumes,
    limits,
    ownFolders,
    leastMib,
    listeners: ports.network.listeners,
    statusOf: (name) => observer.statusOf(name),
  });
}

function createController(
  { db, feed, log, now }: Base,
  { records, observer, pauses, ports, network, volumes, settings }: WorkloadsParts,
  watches: { readonly guard: UpdateGuard; readonly health: HealthMonitor },
): WorkloadController {
  const { runtime, images, logs } = ports;
  const { specs, addresses } = records;
  return new WorkloadController({
    db,
    specs,
    addresses,
    observer,
    runtime,
    images,
    feed,
    log,
    now,
    logs: logs.store,
    logPath: logs.pathOf,
    serialLogPath: logs.serialPathOf,
    network: ports.network.network,
    publisher: network.publisher,
    volumes: records.volumes,
    volumeBackend: ports.volumes.backend,
    attachments: volumes.attachments,
    filler: volumes.filler,
    pauses,
    guard: watches.guard,
    health: watches.health,
    concurrency: settings.concurrency,
  });
}
