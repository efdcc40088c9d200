import type {
  ContainerFiles,
  ContainerRef,
  ContainerRuntime,
  ImageStore,
  LogStore,
} from '@capsule/core';
import type { NetworkPorts } from './network.ts';
import type { VolumePorts } from './volumes.ts';

/** Ports to everything outside of capsuled. */
export interface Ports {
  readonly runtime: ContainerRuntime;
  readonly files: ContainerFiles;
  readonly images: ImageStore;
  readonly logs: LogPorts;
  readonly network: NetworkPorts;
  readonly volumes: VolumePorts;
}

export interface LogPorts {
  readonly store: LogStore;
  /** Path of a container's log file. */
  readonly pathOf: (ref: ContainerRef) => string;
  /** Path of the log of a microVM's console. */
  readonly serialPathOf: (ref: ContainerRef) => string;
}
