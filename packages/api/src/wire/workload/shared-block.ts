import type { Problem, WorkloadKind } from '@capsule/core';
import type { ContainerSpec, MicroVMSpec } from '../../gen/capsule/v1/workload_pb.ts';

/** The fields that the blocks of both kinds have in common. */
export type SharedFields = Omit<
  Pick<ContainerSpec, keyof ContainerSpec & keyof MicroVMSpec>,
  '$typeName' | '$unknown'
>;

/** The path of a block in a manifest, and its problems so far. */
export interface BlockReading {
  readonly at: WorkloadKind;
  readonly problems: Problem[];
}
