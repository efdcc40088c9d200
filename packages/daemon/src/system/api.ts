import os from 'node:os';
import { Edge } from '@capsule/api/server';
import { type CapsuleError, isCapsuleError, keyedLock, type MachineMonitors } from '@capsule/core';
import { SystemLogFile } from '@capsule/drivers';
import { bulkEdge } from '../api/bulk-edge.ts';
import type { CapsuleServiceParts } from '../api/capsule-service.ts';
import { errorEdge } from '../api/error-edge.ts';
import { HeapTuning } from '../api/heap-tuning.ts';
import { listen } from '../api/listen.ts';
import { capsuleRoutes, type StoredParts } from '../api/routes.ts';
import { traceEdge } from '../api/trace-edge.ts';
import type { WorkloadServiceParts } from '../api/workload-service.ts';
import { BulkTransfers } from '../bulk/transfers.ts';
import { BULK_PROTOCOL, bulkUpgrade } from '../bulk/upgrade.ts';
import {
  CapsuleObserver,
  type CapsuleObserverParts,
  type WorkloadsSeen,
} from '../capsule/observe.ts';
import { ManifestCommands } from '../manifest/commands.ts';
import { manifestKinds } from '../manifest/kinds.ts';
import type { RegistryCommands } from '../registry/commands.ts';
import type { UpdateCommands } from '../update/commands.ts';
import { describeSlots } from '../update/describe.ts';
import { updateError } from '../update/errors.ts';
import type { Base } from './base.ts';
import { createDiagnosis, type Inspection } from './diagnosis.ts';
import type { Ports } from './ports.ts';
import type { Resources } from './resources.ts';
import type { Setup } from './setup.ts';
import type { Updates } from './updates.ts';

/** Parts that need a usable store. */
export interface Stored {
  readonly base: Base;
  readonly resources: Resources;
  readonly registries: RegistryCommands;
}

export interface ApiParts {
  readonly version: string;
  readonly startedAt: number;
  readonly ports: Ports;
  readonly microVms: MachineMonitors;
  readonly inspection: Inspection;
  /** Or the error that makes the store unusable. */
  readonly stored: Stored | CapsuleError;
  /** Undefined: the machine is not the capsule's own. */
  readonly updates: Updates | undefined;
}

/** Serves the API to root on this machine, until it is disposed of. */
export function serveApi(setup: Setup, parts: ApiParts): Promise<AsyncDisposable> {
  const { ports, stored } = parts;
  const heap = new HeapTuning();
  const transfers = setup.stack.use(new BulkTransfers(() => performance.now()));
  const routes = capsuleRoutes({
    capsule: capsuleParts(setup, parts),
    images: {
      images: ports.imageStores,
      use: isCapsuleError(stored) ? stored : stored.resources.images,
      realmOf: (realm) => resolveRealm(stored, realm),
    },
    stored: isCapsuleError(stored) ? stored : storedParts(stored, ports, transfers),
  });
  const interceptors = [
    traceEdge(setup.tracer),
    errorEdge(setup.log),
    bulkEdge(() => heap.allowGarbage()),
  ];
  const upgrades = { [BULK_PROTOCOL]: bulkUpgrade(transfers) };
  return listen(setup.paths.socket, new Edge({ routes, interceptors, upgrades }));
}

/** Without a store, the capsule has no realm but the first one, and no alias. */
function resolveRealm(stored: Stored | CapsuleError, realm: string): string {
  return isCapsuleError(stored)
    ? realm
    : stored.resources.cells.scopeCommands.resolve({ realm }).realm;
}

function capsuleParts(setup: Setup, parts: ApiParts): CapsuleServiceParts {
  const { config, paths } = setup;
  const { version, startedAt, ports } = parts;
  const observer = new CapsuleObserver(observerParts(setup, parts));
  return {
    about: {
      version,
      startedAt,
      bridgeCidr: config.bridge.cidr,
      volumeBackend: ports.volumes.backend.kind,
    },
    observer,
    diagnosis: createDiagnosis(setup, { ...parts, observer }),
    systemLog: new SystemLogFile(paths.systemLog),
    updates: () => requireUpdates(parts.updates),
    power: parts.updates?.machine.power,
  };
}

function observerParts({ config, paths }: Setup, parts: ApiParts): CapsuleObserverParts {
  const { ports, microVms, stored, updates } = parts;
  const { runtime, network } = ports;
  return {
    permPath: config.permPath,
    bridge: config.bridge.name,
    hostReport: paths.hostReport,
    runtime,
    volumeBackend: ports.volumes.backend,
    microVms,
    network,
    workloads: isCapsuleError(stored) ? stored : workloadsSeen(stored),
    ...(updates && { slots: () => slotsOf(updates) }),
  };
}

async function slotsOf({ machine, records }: Updates) {
  const { slots } = machine;
  const clocks = { now: Date.now, uptimeSeconds: os.uptime };
  return { ...(await describeSlots({ slots, records }, clocks)), bootDisk: machine.report.disk };
}

function requireUpdates(updates: Updates | undefined): UpdateCommands {
  if (updates === undefined) throw updateError.NO_SLOTS({});
  return updates.commands;
}

function workloadsSeen({ resources: { records, observer } }: Stored): WorkloadsSeen {
  return { specs: records.specs, observer };
}

function storedParts(stored: Stored, ports: Ports, transfers: BulkTransfers): StoredParts {
  const { base, resources, registries } = stored;
  const { workloads, volumes, records, cells } = resources;
  const { commands, controller } = workloads;
  const manifests = new ManifestCommands({
    db: base.db,
    kinds: manifestKinds({
      registries,
      scopes: cells.scopeCommands,
      ranges: cells.ranges,
      volumes: volumes.commands,
      cells: cells.applier,
      workloads: commands,
    }),
    lock: keyedLock(),
  });
  return {
    workloads: { ...workloadParts(stored, ports), transfers },
    events: { history: records.history, feed: base.feed },
    registries,
    volumes,
    manifests: { manifests, controller, cells },
    cells: {
      cells: records.cells,
      scopes: records.scopes,
      cellCommands: cells.commands,
      scopeCommands: cells.scopeCommands,
      scopeController: cells.scopeController,
      controller,
      describer: cells.describer,
      feed: base.feed,
    },
  };
}

function workloadParts(
  { base, resources }: Stored,
  ports: Ports,
): Omit<WorkloadServiceParts, 'transfers'> {
  const { commands, controller } = resources.workloads;
  const { runtime, files, logs } = ports;
  return {
    commands,
    controller,
    runtime,
    files,
    specs: resources.records.specs,
    cells: resources.records.cells,
    resolve: (place) => resources.cells.scopeCommands.resolve(place),
    feed: base.feed,
    logs: logs.store,
    logPath: logs.pathOf,
    serialLogPath: logs.serialPathOf,
  };
}
