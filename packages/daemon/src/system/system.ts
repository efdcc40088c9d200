import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import {
  type CapsuleError,
  type ContainerRef,
  cellKey,
  HOST_REPORT,
  isCapsuleError,
  keyedLock,
  MICRO_VM_LEAST_MIB,
  realmNamespace,
  type VolumeFault,
  type WorkloadRecord,
} from '@capsule/core';
import {
  BridgeNetwork,
  ContainerdClient,
  ContainerdHosts,
  ContainerdImageSource,
  ContainerdImages,
  ContainerdRuntime,
  consoleLog,
  FileLogs,
  KernelPortListeners,
  KindFiles,
  KindRuntime,
  NetworkProbe,
  openMicroVms,
  openVolumes,
  SystemLogFile,
  UploadFolder,
} from '@capsule/drivers';
import { type Database, dieAt, type Log, openStore, SecretBox, Thrift } from '@capsule/engine';
import { FileFollower } from '@capsule/host';
import { BridgeResponder } from '@capsule/names';
import { bulkEdge } from '../api/bulk-edge.ts';
import { errorEdge } from '../api/error-edge.ts';
import { listen } from '../api/listen.ts';
import { capsuleRoutes } from '../api/routes.ts';
import type { Config } from '../config/config.ts';
import { ManifestConfig } from '../manifest/commands.ts';
import { RegistryConfig } from '../registry/commands.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { Registries } from '../store/registries.ts';
import { powerOffPatienceMs, stopForPowerOff } from '../workload/power-off.ts';
import { createWorkloads, type Workloads } from './workloads.ts';

export interface SystemOptions {
  readonly config: Config;
  readonly log: Log;
  readonly version: string;
}

export interface System extends AsyncDisposable {
  /** Stops every workload with its own grace: the machine goes down. No desired state changes. Never throws. */
  stopWorkloads(): Promise<void>;
}

/** Everything that exists in capsuled, made once and put together here. */
export async function startSystem({ config, log, version }: SystemOptions): Promise<System> {
  const startedAt = Date.now();
  const paths = systemPaths(config);
  const stack = new AsyncDisposableStack();
  const containerd = stack.use(
    new ContainerdClient({ socketPath: paths.containerd, namespace: realmNamespace('main') }),
  );
  const containers = new ContainerdRuntime(containerd, {
    scratch: paths.view,
    execRoot: paths.exec,
  });
  const imageSource = new ContainerdImageSource(containerd, { scratch: paths.view });
  const microVms = openMicroVms(imageSource, {
    stateFolder: paths.vms,
    imageFolder: paths.vmImages,
    kernelFolder: paths.vmKernels,
    firecrackerFolder: config.microVms.firecracker,
    limits: deviceLimits(config.microVms.limits),
    runFolder: paths.vmRun,
    silentMs: config.microVms.silentSeconds * 1000,
    onProblem: (container, error) => log.warn('guest not as wished', { container, error }),
  });
  const runtime = new KindRuntime({ container: containers, microVm: microVms });
  const files = new KindFiles(
    { container: containers.files, microVm: microVms.files },
    async (ref) => (await microVms.inspect(ref)) !== undefined,
  );
  const images = new ContainerdImages(containerd, {
    certsDir: paths.certs,
    stallMs: config.images.stallSeconds * 1000,
    findLogin: (host) => registries?.findLogin(host),
  });
  const network = new BridgeNetwork({
    bridge: config.bridge.name,
    cidr: config.bridge.cidr,
    runDir: paths.network,
  });
  const listeners = new KernelPortListeners();
  const thrift = new Thrift();
  const reach = dieAt<VolumeFault>(paths.faultPoint);
  const volumeBackend = await openVolumes({
    folder: paths.volumes,
    mountRoot: paths.mounts,
    reach,
    pool: { group: 'capsule', pool: 'thinpool', backupFolder: paths.lvm, stateFile: paths.pool },
    ...(config.volumes.device !== undefined && { device: config.volumes.device }),
  });
  const names = stack.use(answerNames());
  await Promise.all([mkdir(paths.certs, { recursive: true }), network.prepare()]);

  const db = openOrExplain(paths.store, log);
  const limits = await runtime.limits();
  const leastMib = await microVms.leastMib().catch(withoutGuest);
  const registries = isCapsuleError(db) ? undefined : await startRegistries(db);
  const workloads = isCapsuleError(db) ? undefined : startWorkloads(db);
  const manifests = createManifests();
  await stack.use(followUplink()).start();
  await names.start();
  const routes = capsuleRoutes({
    images: { images, use: () => required(workloads).imageUse },
    capsule: {
      version,
      startedAt,
      runtime,
      volumeBackend,
      microVms,
      names,
      listeners,
      permPath: config.permPath,
      bridge: config.bridge.name,
      bridgeCidr: config.bridge.cidr,
      hostReport: paths.hostReport,
      systemLog: new SystemLogFile(paths.systemLog),
      workloads: isCapsuleError(db) ? { problem: db } : required(workloads),
    },
    registries: () => required(registries),
    workloads: () => {
      const { volumeSystem, ...rest } = required(workloads);
      return { ...rest, ...volumeSystem, files, manifests: required(manifests) };
    },
  });
  stack.use(await listen(paths.socket, routes, [errorEdge(log), bulkEdge(() => thrift.suspend())]));
  // A later capsuled may be down at power-off: what runs gets its time all the same.
  announceLimit(powerOffPatienceMs(recordsOrNone()));
  log.info('ready', { version, tookMs: Date.now() - startedAt });

  return {
    stopWorkloads: async () => {
      announceLimit(powerOffPatienceMs(recordsOrNone()));
      await stopForPowerOff({ runtime, records: recordsOrNone, quiesce, log });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };

  async function quiesce(): Promise<void> {
    // First: a full pool would pause again what is resumed to be stopped.
    workloads?.volumeSystem[Symbol.dispose]();
    await workloads?.controller[Symbol.asyncDispose]();
  }

  /** A store that has become unreadable is no reason to kill what runs. */
  function recordsOrNone(): readonly WorkloadRecord[] {
    if (workloads === undefined) return [];
    try {
      return workloads.specs.list();
    } catch (error) {
      log.error('workloads not read', { error });
      return [];
    }
  }

  /** PID 1 and the launcher wait for as long as this says, where it is longer than what they wait by themselves. */
  function announceLimit(limitMs: number): void {
    try {
      writeFileSync(paths.powerOff, `${limitMs}\n`);
    } catch (error) {
      log.error('time for power-off not announced', { limitMs, error });
    }
  }

  function required<T>(part: T | undefined): T {
    if (part === undefined) throw db;
    return part;
  }

  function createManifests(): ManifestConfig | undefined {
    if (isCapsuleError(db) || registries === undefined || workloads === undefined) return undefined;
    const { config, volumeSystem } = workloads;
    const { keeper } = volumeSystem;
    return new ManifestConfig({ db, registries, keeper, workloads: config, alone: keyedLock() });
  }

  function answerNames(): BridgeResponder {
    return new BridgeResponder({
      cidr: config.bridge.cidr,
      monotonicMs: () => performance.now(),
      onProblem: (error) => {
        if (error === undefined) log.info('names are answered');
        else log.warn('names are not answered', { error });
      },
      onFailure: (error) => log.error('query not answered', { error }),
    });
  }

  function followUplink(): FileFollower {
    return new FileFollower({
      path: '/etc/resolv.conf',
      tell: async (text) => {
        names.useUplink(text);
        await network.refreshResolvers();
        microVms.refreshFiles();
      },
      onFailure: (error) => log.error('resolvers of the uplink not followed', { error }),
    });
  }

  async function startRegistries(store: Database): Promise<RegistryConfig> {
    const started = new RegistryConfig({
      registries: new Registries(store),
      hosts: new ContainerdHosts(paths.certs),
      secrets: new SecretBox(paths.secretKey),
      log,
    });
    // What could not be written now is written with the next change; pulls go on as before.
    await started.publish().catch((error) => log.error('registries not published', { error }));
    return started;
  }

  function startWorkloads(store: Database): Workloads {
    stack.defer(() => store.close());
    const started = createWorkloads({
      db: store,
      cidr: config.bridge.cidr,
      concurrency: config.workloads.concurrency,
      limits,
      runtime,
      images,
      network,
      listeners,
      service: new NetworkProbe(),
      names,
      logs: new FileLogs(),
      volumeBackend,
      borrowers: microVms,
      archives: volumeBackend.archives,
      uploads: new UploadFolder(paths.uploads),
      reach,
      files,
      logPath: paths.log,
      serialLogPath: (ref) => consoleLog(paths.log(ref)),
      log,
      now: Date.now,
      monotonicMs: () => performance.now(),
      leastMib,
      ownFolders: [paths.volumes, paths.uploads, paths.vms, paths.vmImages, paths.vmKernels],
    });
    stack.use(started.namePublisher).start();
    stack.use(started.controller).start();
    void stack.use(started.volumeSystem).start();
    return started;
  }
}

/** A capsule that has nothing to boot in a microVM says so at each start of one. */
function withoutGuest(failure: NodeJS.ErrnoException): number {
  if (failure.code === 'ENOENT') return MICRO_VM_LEAST_MIB;
  throw failure;
}

function systemPaths({ permPath, runPath }: Config) {
  return {
    store: path.join(permPath, 'state.db'),
    certs: path.join(permPath, 'containerd-certs.d'),
    secretKey: path.join(permPath, 'secret.key'),
    systemLog: path.join(permPath, 'log/capsule.log'),
    log: ({ cell, container }: ContainerRef) =>
      path.join(permPath, 'log/workload', cellKey(cell), `${container}.log`),
    network: path.join(runPath, 'capsule-net'),
    volumes: path.join(permPath, 'volumes'),
    uploads: path.join(permPath, 'uploads'),
    lvm: path.join(permPath, 'lvm'),
    pool: path.join(permPath, 'pool.json'),
    mounts: path.join(runPath, 'capsule-volumes'),
    view: path.join(runPath, 'capsule-view'),
    exec: path.join(runPath, 'capsule-exec'),
    vms: path.join(permPath, 'microvm'),
    vmImages: path.join(permPath, 'microvm-images'),
    vmKernels: path.join(permPath, 'microvm-kernels'),
    vmRun: path.join(runPath, 'capsule-microvm'),
    faultPoint: path.join(runPath, 'capsule/fault-point'),
    hostReport: path.join(runPath, 'capsule', HOST_REPORT),
    containerd: path.join(runPath, 'containerd/containerd.sock'),
    socket: path.join(runPath, 'capsule/capsuled.sock'),
    powerOff: path.join(runPath, 'capsule/power-off-ms'),
  };
}

/** A store that cannot be used leaves a capsule that can say so, and workloads that go on running. */
function openOrExplain(storePath: string, log: Log): Database | CapsuleError {
  try {
    return openStore(storePath, MIGRATIONS);
  } catch (error) {
    if (!isCapsuleError(error)) throw error;
    log.error('store not usable', { error });
    return error;
  }
}

const MIB = 1024 ** 2;

function deviceLimits({ diskMibPerSecond, linkMibPerSecond }: Config['microVms']['limits']) {
  return {
    ...(diskMibPerSecond !== undefined && { diskBytesPerSecond: diskMibPerSecond * MIB }),
    ...(linkMibPerSecond !== undefined && { linkBytesPerSecond: linkMibPerSecond * MIB }),
  };
}
