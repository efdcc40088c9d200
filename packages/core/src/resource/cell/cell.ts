import type { CellId } from './cell-id.ts';
import type { ContainerRecord, DesiredState } from './container.ts';
import type { MicroVmSettings } from './micro-vm.ts';

/** The part of the spec that all containers of a cell share: isolation, network and dependencies. */
export interface CellSpec {
  readonly kind: WorkloadKind;
  /** Set exactly where the kind is `microVm`. */
  readonly microVm?: MicroVmSettings;
  /** A microVM is always on the bridge. */
  readonly networkMode: NetworkMode;
  /** Empty: the cell's name. */
  readonly hostname: string;
  readonly extraHosts: readonly ExtraHost[];
  readonly dns: Dns;
  /** Workloads that must be ready before anything of this one is started. */
  readonly dependsOn: readonly string[];
  readonly updatePolicy: UpdatePolicy;
  /** How long a changed workload may take to become ready before it is rolled back. */
  readonly updateTimeoutSeconds: number;
  /** Of the cell itself; absent: none. A flat workload has its labels in its container. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Also the name of the block of a manifest that holds the fields. */
export type WorkloadKind = 'container' | 'microVm';
export type NetworkMode = 'bridge' | 'host';
/** `rollback`: a changed spec that does not become ready gives way to the last one that was. */
export type UpdatePolicy = 'replace' | 'rollback';

/** One more line of `/etc/hosts`. */
export interface ExtraHost {
  readonly hostname: string;
  readonly address: string;
}

/** Takes the place of the capsule's own responder and search domains where it is not empty. */
export interface Dns {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** A cell as it is stored. `generation` rises by one with every change of it or of a container. */
export interface CellRecord {
  readonly id: CellId;
  readonly uid: string;
  readonly generation: number;
  readonly desired: DesiredState;
  readonly createdAt: number;
  readonly spec: CellSpec;
  /** The root comes first. */
  readonly containers: readonly ContainerRecord[];
}
