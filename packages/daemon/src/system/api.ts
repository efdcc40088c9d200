import os from 'node:os';
import { basename } from 'node:path';
import { Edge } from '@capsule/api/server';
import { type CapsuleError, isCapsuleError, keyedLock, shortIdOf } from '@capsule/core';
import { NativeHostShell, SystemLogFile } from '@capsule/drivers';
import { diskSectors } from '@capsule/machine';
import { createContextValues } from '@connectrpc/connect';
import { auditEdge } from '../api/access/audit-edge.ts';
import { authorizeEdge } from '../api/access/authorize-edge.ts';
import { callerKey } from '../api/access/caller-key.ts';
import { bulkEdge } from '../api/bulk-edge.ts';
import type { DebugParts } from '../api/capsule/debug.ts';
import type { CapsuleServiceParts } from '../api/capsule-service.ts';
import { errorEdge } from '../api/error-edge.ts';
import { HeapTuning } from '../api/heap-tuning.ts';
import { listen } from '../api/listen.ts';
import { capsuleRoutes, type StoredParts } from '../api/routes.ts';
import { traceEdge } from '../api/trace-edge.ts';
import type { WorkloadServiceParts } from '../api/workload-service.ts';
import type { BulkTransfers } from '../bulk/transfers.ts';
import { BULK_PROTOCOL, bulkUpgrade } from '../bulk/upgrade.ts';
import {
  CapsuleObserver,
  type CapsuleObserverParts,
  type WorkloadsSeen,
} from '../capsule/observe.ts';
import { LOCAL_CALLER } from '../identity/caller.ts';
import { ManifestCommands } from '../manifest/commands.ts';
import { manifestKinds } from '../manifest/kinds.ts';
import type { UpdateCommands } from '../update/commands.ts';
import { describeSlots } from '../update/describe.ts';
import { updateError } from '../update/errors.ts';
import { gateOf, recorderOf, rightsOf } from './access.ts';
import type { ApiParts } from './api-parts.ts';
import { createDiagnosis } from './diagnosis.ts';
import { openNetworkPort } from './network-port.ts';
import type { SystemPaths } from './paths.ts';
import type { Ports } from './ports.ts';
import type { Setup } from './setup.ts';
import { identityOf, type Stored } from './stored.ts';
import type { Updates } from './updates.ts';

/** Serves the API to root on this machine and to enrolled keys on the network, until it is disposed of. */
export async function serveApi(setup: Setup, parts: ApiParts): Promise<AsyncDisposable> {
  const { ports, stored, access } = parts;
  const { transfers } = access;
  const heap = new HeapTuning();
  const routes = capsuleRoutes({
    capsule: capsuleParts(setup, parts),
    images: {
      images: ports.imageStores,
      transfers,
      use: isCapsuleError(stored) ? stored : stored.resources.images,
      realmOf: (realm) => resolveRealm(stored, realm),
    },
    stored: isCapsuleError(stored) ? stored : storedParts(stored, ports, transfers),
  });
  const record = recorderOf(parts);
  const interceptors = [
    traceEdge(setup.tracer),
    errorEdge(setup.log),
    auditEdge(record),
    authorizeEdge({ ...access, rightsOf: rightsOf(parts) }),
    bulkEdge(() => heap.allowGarbage()),
  ];
  const upgrades = { [BULK_PROTOCOL]: bulkUpgrade(transfers, () => heap.allowGarbage()) };
  const calls = { routes, interceptors, upgrades };
  await using stack = new AsyncDisposableStack();
  // The mode of the socket has decided on the caller.
  const describe = () => createContextValues().set(callerKey, LOCAL_CALLER);
  const gate = gateOf(parts, access, record);
  // Before the socket: its first caller finds the port open, or learns why it is not.
  const port = await openNetworkPort(setup, parts, { ...calls, gate });
  stack.use(port);
  stack.use(await listen(setup.paths.socket, new Edge({ ...calls, describe })));
  return stack.move();
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
  const observer = capsuleObserver(setup, parts);
  return {
    about: {
      // Of the whole system, where capsuled is a part of one.
      version: parts.updates?.machine.report.version ?? version,
      startedAt,
      bridgeCidr: config.bridge.cidr,
      shortId: shortIdOf(identityOf(parts.stored)?.tls.capsuleId ?? ''),
      volumeBackend: ports.volumes.backend.kind,
    },
    observer,
    diagnosis: createDiagnosis(setup, { ...parts, observer }),
    systemLog: new SystemLogFile(paths.systemLog),
    updates: () => requireUpdates(parts.updates),
    debug: debugParts(paths, parts),
    power: parts.updates?.machine.power,
  };
}

function debugParts(paths: SystemPaths, { stored, ports }: ApiParts): DebugParts {
  return {
    shell: new NativeHostShell(paths.shellBinary),
    runtime: ports.runtime,
    containers: isCapsuleError(stored) ? stored : stored.debug,
  };
}

export function capsuleObserver(setup: Setup, parts: ApiParts): CapsuleObserver {
  return new CapsuleObserver(observerParts(setup, parts));
}

function observerParts({ config, paths }: Setup, parts: ApiParts): CapsuleObserverParts {
  const { ports, microVms, stored, updates, problems } = parts;
  const { runtime, network } = ports;
  return {
    permPath: config.permPath,
    bridge: config.bridge.name,
    bridgeCidr: config.bridge.cidr,
    hostReport: paths.hostReport,
    runtime,
    volumeBackend: ports.volumes.backend,
    microVms,
    network,
    apiProblems: () => problems.list(),
    workloads: isCapsuleError(stored) ? stored : workloadsSeen(stored),
    ...(updates && { slots: () => slotsOf(updates) }),
  };
}

/** The kernel counts in these, whatever the disk has. */
const SECTOR_BYTES = 512;

async function slotsOf({ machine, records }: Updates) {
  const { slots } = machine;
  const clocks = { now: Date.now, uptimeSeconds: os.uptime };
  const { disk } = machine.report;
  return {
    ...(await describeSlots({ slots, records }, clocks)),
    bootDisk: disk,
    diskTotalBytes: (await diskSectors(basename(disk))) * SECTOR_BYTES,
  };
}

function requireUpdates(updates: Updates | undefined): UpdateCommands {
  if (updates === undefined) throw updateError.NO_SLOTS({});
  return updates.commands;
}

function workloadsSeen({ resources: { records, observer } }: Stored): WorkloadsSeen {
  return { specs: records.specs, observer };
}

function storedParts(stored: Stored, ports: Ports, transfers: BulkTransfers): StoredParts {
  const { base, resources, registries, identity, audit } = stored;
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
    volumes: { ...volumes, transfers },
    identity: isCapsuleError(identity) ? identity : identity.service,
    audit,
    manifests: { manifests, controller, cells: { ...cells, cells: records.cells } },
    cells: {
      cells: records.cells,
      scopes: records.scopes,
      cellCommands: cells.commands,
      cellPauses: cells.pauses,
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
