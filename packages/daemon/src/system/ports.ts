import type {
  CellCgroups,
  ContainerFiles,
  ContainerRef,
  ContainerRuntime,
  HostPaths,
  ImageStores,
  LogStore,
} from '@capsule/core';
import type { ScopeMaker } from '../scope/reconcile.ts';
import type { NetworkPorts } from './network.ts';
import type { VolumePorts } from './volumes.ts';

/** Ports to everything outside of capsuled. */
export interface Ports {
  readonly runtime: ContainerRuntime;
  readonly files: ContainerFiles;
  /** The id of a container in the runtime. */
  readonly runtimeId: (ref: ContainerRef) => string;
  readonly imageStores: ImageStores;
  readonly logs: LogPorts;
  readonly network: NetworkPorts;
  readonly volumes: VolumePorts;
  readonly cgroups: CellCgroups;
  readonly hostPaths: HostPaths;
  readonly scopes: ScopeMaker;
}

export interface LogPorts {
  readonly store: LogStore;
  /** Path of a container's log file. */
  readonly pathOf: (ref: ContainerRef) => string;
  /** Path of the log of a microVM's console. */
  readonly serialPathOf: (ref: ContainerRef) => string;
}
