import {
  type CapsuleError,
  type ContainerFiles,
  type ContainerRuntime,
  isCapsuleError,
  MICRO_VM_LEAST_MIB,
  type RealmNamespace,
  type RealmNamespaces,
  type RealmStore,
  realmNamespace,
} from '@capsule/core';
import {
  ContainerdConnection,
  ContainerdImageSource,
  ContainerdRealms,
  ContainerdRuntime,
  fixedRealms,
  KindFiles,
  KindRuntime,
  openMicroVms,
} from '@capsule/drivers';
import type { Config } from '../config/config.ts';
import { StoredRealms } from '../scope/stored-realms.ts';
import { Scopes } from '../store/scopes.ts';
import type { Setup } from './setup.ts';
import type { OpenedStore } from './store.ts';

const MIB = 1024 ** 2;
/** The realm of flat workloads; microVMs use its images. */
const MAIN: RealmNamespace = { name: 'main', namespace: realmNamespace('main') };

/** Containers and microVMs, behind the same two ports. */
export interface Runtimes {
  readonly containerd: ContainerdConnection;
  readonly realms: RealmNamespaces;
  readonly realmStore: RealmStore;
  readonly microVms: ReturnType<typeof openMicroVms>;
  readonly runtime: ContainerRuntime;
  readonly files: ContainerFiles;
}

export function openRuntimes(setup: Setup, store: OpenedStore | CapsuleError): Runtimes {
  const { paths, stack, tracer } = setup;
  const containerd = stack.use(
    new ContainerdConnection({
      socketPath: paths.containerd,
      around: (call, work) => tracer.span(call, work),
    }),
  );
  const realms = isCapsuleError(store) ? fixedRealms(MAIN) : storedRealms(setup, store);
  const containers = new ContainerdRuntime(containerd, realms, {
    scratch: paths.view,
    execRoot: paths.exec,
  });
  const microVms = openMonitors(containerd, setup);
  const runtime = new KindRuntime({ container: containers, microVm: microVms });
  const files = new KindFiles(
    { container: containers.files, microVm: microVms.files },
    async (ref) => (await microVms.inspect(ref)) !== undefined,
  );
  const realmStore = new ContainerdRealms(containerd);
  return { containerd, realms, realmStore, microVms, runtime, files };
}

function storedRealms({ config }: Setup, { db }: OpenedStore): RealmNamespaces {
  const { name: bridge, cidr } = config.bridge;
  return new StoredRealms(new Scopes(db, { bridge, cidr }));
}

function openMonitors(containerd: ContainerdConnection, { config, paths, log }: Setup) {
  const { firecracker, limits, silentSeconds } = config.microVms;
  const images = new ContainerdImageSource(containerd.in(MAIN), { scratch: paths.view });
  return openMicroVms(images, {
    stateFolder: paths.vms,
    imageFolder: paths.vmImages,
    kernelFolder: paths.vmKernels,
    snapshotFolder: paths.vmSnapshots,
    firecrackerFolder: firecracker,
    limits: deviceLimits(limits),
    runFolder: paths.vmRun,
    silentMs: silentSeconds * 1000,
    onProblem: (container, error) => log.warn('guest not reconciled', { container, error }),
  });
}

/** Returns the least memory in MiB with which a microVM of an image boots on this capsule. */
export function leastMemory({ microVms }: Runtimes): Promise<number> {
  return microVms.leastMib().catch(withoutGuest);
}

/** Without a guest kernel the default applies; each start of a microVM reports the missing kernel. */
function withoutGuest(failure: NodeJS.ErrnoException): number {
  if (failure.code === 'ENOENT') return MICRO_VM_LEAST_MIB;
  throw failure;
}

function deviceLimits({ diskMibPerSecond, linkMibPerSecond }: Config['microVms']['limits']) {
  return {
    ...(diskMibPerSecond !== undefined && { diskBytesPerSecond: diskMibPerSecond * MIB }),
    ...(linkMibPerSecond !== undefined && { linkBytesPerSecond: linkMibPerSecond * MIB }),
  };
}
