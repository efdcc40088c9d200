import { mkdir } from 'node:fs/promises';
import { type CapsuleError, isCapsuleError } from '@capsule/core';
import {
  consoleLog,
  containerId,
  FileLogs,
  FileProjection,
  KernelCgroups,
  KernelPaths,
} from '@capsule/drivers';
import { type Log, Tracer } from '@capsule/engine';
import { AuditLog } from '../audit/log.ts';
import { uplinkAddress } from '../capsule/machine-facts.ts';
import { probeRuntime } from '../capsule/probe-runtime.ts';
import type { Config } from '../config/config.ts';
import { Projector } from '../projection/projector.ts';
import { scopeMaker } from '../scope/make.ts';
import type { CellsSeen } from '../update/sickness.ts';
import { type Access, createAccess, endKey } from './access.ts';
import { serveApi } from './api.ts';
import { ApiProblems } from './api-problems.ts';
import { createBase } from './base.ts';
import { createDebug } from './debug.ts';
import { openInspection } from './diagnosis.ts';
import { createIdentity } from './identity.ts';
import { openImages } from './images.ts';
import { firstSpace, followUplink, type NetworkDrivers, openNetwork } from './network.ts';
import { systemPaths } from './paths.ts';
import type { Ports } from './ports.ts';
import { PowerOff } from './power-off.ts';
import { startPulse } from './pulse.ts';
import { createResources, startResources } from './resources.ts';
import { leastMemory, openRuntimes, type Runtimes } from './runtimes.ts';
import { startScreen } from './screen.ts';
import type { Setup } from './setup.ts';
import { type OpenedStore, openStored } from './store.ts';
import type { Stored } from './stored.ts';
import { isConfirmed, openMachine, startUpdates, type Updates } from './updates.ts';
import { openVolumePorts } from './volumes.ts';
import type { WorkloadSettings } from './workload-parts.ts';

export interface SystemOptions {
  readonly config: Config;
  readonly log: Log;
  readonly version: string;
}

export interface System extends AsyncDisposable {
  /**
   * Stops every workload within its own grace period, for a shutdown of the machine. Changes no
   * desired state. Never throws.
   */
  stopWorkloads(): Promise<void>;
}

/** Creates and connects all parts of capsuled. */
export async function startSystem({ config, log, version }: SystemOptions): Promise<System> {
  const startedAt = Date.now();
  const paths = systemPaths(config);
  const stack = new AsyncDisposableStack();
  const setup: Setup = { config, log, tracer: new Tracer(), paths, stack };
  const store = openStored(setup);
  const runtimes = openRuntimes(setup, store);
  const network = openNetwork(setup);
  const ports = await openPorts(setup, { runtimes, network, store });
  await Promise.all([mkdir(paths.certs, { recursive: true }), network.network.prepare()]);
  await network.network.prepareSpace(firstSpace(config));
  const { runtime, microVms } = runtimes;
  const limits = await runtime.limits();
  const leastMib = await leastMemory(runtimes);
  const access = createAccess();
  stack.use(access.transfers);
  const stored = await startStored(setup, { store, ports, limits, leastMib, access });
  await stack.use(followUplink(network, () => microVms.refreshFiles(), log)).start();
  await network.names.serveSpace(firstSpace(config));
  const inspection = openInspection(setup, runtimes);
  const updates = await updatesOf(setup, { stored, ports });
  const problems = new ApiProblems(stored);
  const parts = { version, startedAt, ports, microVms, inspection, stored };
  const api = { ...parts, updates, access, problems };
  stack.use(await serveApi(setup, api));
  if (updates !== undefined) {
    stack.use(startPulse(paths.alive, log, () => isConfirmed(updates.machine.slots)));
    startScreen(setup, api, updates);
  }
  const resources = isCapsuleError(stored) ? undefined : stored.resources;
  const powerOff = new PowerOff({ resources, runtime, path: paths.powerOff, log });
  // A later capsuled may be down at power-off: this announcement still gives workloads their time.
  powerOff.announceLimit();
  log.info('ready', { version, tookMs: Date.now() - startedAt });
  return {
    stopWorkloads: () => powerOff.stopWorkloads(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function cellsSeen({ resources: { records, observer } }: Stored): CellsSeen {
  return {
    list: () => records.cells.list(),
    statusOf: (ref) => observer.statusOf(ref),
  };
}

interface UpdatedParts {
  readonly stored: Stored | CapsuleError;
  readonly ports: Ports;
}

async function updatesOf(
  setup: Setup,
  { stored, ports }: UpdatedParts,
): Promise<Updates | undefined> {
  const machine = await openMachine(setup);
  if (machine === undefined) return undefined;
  const { runtime, volumes } = ports;
  return startUpdates(setup, machine, {
    db: isCapsuleError(stored) ? stored : stored.base.db,
    health: {
      probeRuntime: (signal) => probeRuntime(runtime, signal),
      probeVolumes: (signal) => volumes.backend.probe(signal),
      hasAddress: async () => uplinkAddress(setup.config.bridge.name) !== '',
      cells: isCapsuleError(stored) ? stored : cellsSeen(stored),
    },
  });
}

interface Opened {
  readonly runtimes: Runtimes;
  readonly network: NetworkDrivers;
  readonly store: OpenedStore | CapsuleError;
}

async function openPorts(setup: Setup, { runtimes, network, store }: Opened): Promise<Ports> {
  const { microVms, runtime, files } = runtimes;
  const { paths } = setup;
  const imageStores = await openImages(setup, runtimes, (host) =>
    isCapsuleError(store) ? undefined : store.registries.findLogin(host),
  );
  const cgroups = new KernelCgroups();
  return {
    runtime,
    files,
    network,
    imageStores,
    logs: {
      store: new FileLogs(),
      pathOf: paths.log,
      serialPathOf: (ref) => consoleLog(paths.log(ref)),
    },
    volumes: await openVolumePorts(setup, microVms),
    cgroups,
    hostPaths: new KernelPaths(),
    scopes: scopeMaker({
      realms: runtimes.realmStore,
      names: network.names,
      spaces: network.network,
      cgroups,
    }),
    runtimeId: containerId,
  };
}

interface StartParts extends Pick<WorkloadSettings, 'limits' | 'leastMib'> {
  readonly store: OpenedStore | CapsuleError;
  readonly ports: Ports;
  readonly access: Access;
}

/** Starts the work on the stored resources. */
async function startStored(
  setup: Setup,
  { store, ports, limits, leastMib, access }: StartParts,
): Promise<Stored | CapsuleError> {
  const { config, paths, log, stack, tracer } = setup;
  if (isCapsuleError(store)) return store;
  const { db, registries } = store;
  // A registry that cannot be published now is published with the next change; pulls keep the
  // earlier configuration.
  await registries.publish().catch((error) => log.error('registries not published', { error }));
  const base = createBase(db, { log, tracer });
  const resources = createResources(base, ports, {
    network: { bridge: config.bridge.name, cidr: config.bridge.cidr },
    spacePool: config.spaces.cidr,
    concurrency: config.workloads.concurrency,
    ownFolders: [
      paths.volumes,
      paths.uploads,
      paths.blobs,
      paths.vms,
      paths.vmImages,
      paths.vmKernels,
      paths.vmSnapshots,
    ],
    limits,
    leastMib,
  });
  startResources(resources, stack);
  const { scopes, cells } = resources.records;
  const projection = new FileProjection({ root: paths.projection });
  const { runtimeId } = ports;
  stack.use(new Projector({ projection, scopes, cells, runtimeId, feed: base.feed, log })).start();
  const debug = createDebug(paths.debug, base, resources);
  await debug.removeLeft().catch((error) => log.error('debug containers not removed', { error }));
  const identity = createIdentity(setup, base, (kid) => endKey(access, kid));
  return { base, resources, registries, debug, identity, audit: new AuditLog(db) };
}
