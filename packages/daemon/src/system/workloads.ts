import { cellKey } from '@capsule/core';
import { Admission } from '../workload/admission/admission.ts';
import { WorkloadCommands } from '../workload/commands.ts';
import { WorkloadController, type WorkloadControllerParts } from '../workload/controller.ts';
import { Dependents } from '../workload/dependents.ts';
import { HealthMonitor } from '../workload/observe-health.ts';
import { SettleMonitor } from '../workload/observe-settling.ts';
import { probeContainer } from '../workload/probe.ts';
import { SiblingPulls } from '../workload/sibling-pulls.ts';
import { SiblingRetries } from '../workload/sibling-retries.ts';
import { UpdateGuard } from '../workload/update-guard.ts';
import type { Base } from './base.ts';
import { createReconcile } from './reconcile.ts';
import type { WorkloadsParts } from './workload-parts.ts';

/** Creates the parts that reconcile workloads; `controller.start()` starts them. */
export function createWorkloads(base: Base, parts: WorkloadsParts) {
  const { db, feed, log, now, monotonicMs } = base;
  const { records, observer, ports } = parts;
  const { cells, specs, goods, addresses } = records;
  const admission = createAdmission(parts);
  const commands = new WorkloadCommands({
    db,
    specs,
    admission,
    now,
    statusOf: (ref) => observer.statusOf(ref),
    note: (record, reason, message) => observer.recordEvent(record, reason, message),
    onReplace: (ref) => parts.pauses.forget(ref),
    onChange: (cell) => {
      controller.specChanged(cell);
      feed.notify(cellKey(cell));
    },
  });
  const guard = new UpdateGuard({
    cells,
    goods,
    rollBack: (failed, good) =>
      specs.of(failed.ref.cell) === undefined
        ? parts.rollBackRoot(failed, good)
        : commands.rollBack(failed, good),
    observer,
    log,
    monotonicMs,
  });
  const probed = { runtime: ports.runtime, service: ports.network.service, cells, addresses };
  const health = new HealthMonitor({
    cells,
    observer,
    log,
    monotonicMs,
    probe: (record, signal) => probeContainer(record, probed, signal),
    onChange: (cell) => {
      guard.look(cell);
      controller.wake(cell);
    },
  });
  const settled = { cells, observer, log, now, monotonicMs, runtime: ports.runtime };
  const settling = new SettleMonitor(settled);
  const watches = { guard, health, settling };
  const controller: WorkloadController = createController(base, parts, watches);
  return { commands, controller, admission };
}

function createAdmission({ records, observer, ports, settings }: WorkloadsParts): Admission {
  const { cells, specs, goods, addresses, volumes } = records;
  const { limits, ownFolders, leastMib } = settings;
  return new Admission({
    cells,
    specs,
    goods,
    addresses,
    volumes,
    limits,
    ownFolders,
    leastMib,
    listeners: ports.network.listeners,
    ownAddresses: ports.network.ownAddresses,
    hostPaths: ports.hostPaths,
    statusOf: (ref) => observer.statusOf(ref),
  });
}

function createController(
  base: Base,
  parts: WorkloadsParts,
  watches: Pick<WorkloadControllerParts, 'guard' | 'health' | 'settling'>,
): WorkloadController {
  const { records, observer, ports, settings } = parts;
  const dependents = new Dependents();
  const retries = new SiblingRetries({ observer, log: base.log, monotonicMs: base.monotonicMs });
  const pulls = new SiblingPulls({ retries, onEnd: ({ cell }) => controller.wake(cell) });
  const controller = new WorkloadController({
    cells: records.cells,
    addresses: records.addresses,
    observer,
    runtime: ports.runtime,
    network: ports.network.network,
    namespaces: ports.network.namespaces,
    feed: base.feed,
    log: base.log,
    tracer: base.tracer,
    dependents,
    retries,
    pulls,
    reconcile: createReconcile(base, parts, { dependents, retries, pulls }),
    ...watches,
    concurrency: settings.concurrency,
  });
  return controller;
}
