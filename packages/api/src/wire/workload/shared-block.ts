import type { Problem, WorkloadKind } from '@capsule/core';
import type { ContainerSpec, MicroVMSpec } from '../../gen/capsule/v1/workload_pb.ts';

/** What the blocks of both kinds say in the same words. */
export type SharedFields = Omit<
  Pick<ContainerSpec, keyof ContainerSpec & keyof MicroVMSpec>,
  '$typeName' | '$unknown'
>;

/** Where a block stands in a manifest, and what is wrong with it so far. */
export interface BlockReading {
  readonly at: WorkloadKind;
  readonly problems: Problem[];
}
