import type {
  ContainerFiles,
  ContainerRef,
  ContainerRuntime,
  ImageStore,
  LogStore,
} from '@capsule/core';
import type { NetworkPorts } from './network.ts';
import type { VolumePorts } from './volumes.ts';

/** All that capsuled needs of the outside. */
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
  /** Where the log writer puts the output of a container. */
  readonly pathOf: (ref: ContainerRef) => string;
  /** Of a microVM's console. */
  readonly serialPathOf: (ref: ContainerRef) => string;
}
