import type { ApplyChange } from '@capsule/core';
import { WorkloadChange } from '../gen/capsule/v1/workload_pb.ts';

const CHANGES: Readonly<Record<ApplyChange, WorkloadChange>> = {
  created: WorkloadChange.CREATED,
  configured: WorkloadChange.CONFIGURED,
  unchanged: WorkloadChange.UNCHANGED,
};

export function applyChangeToProto(change: ApplyChange): WorkloadChange {
  return CHANGES[change];
}

/** An older capsule does not say what it did. */
export function applyChangeFromProto(wire: WorkloadChange): ApplyChange {
  const found = Object.entries(CHANGES).find(([, change]) => change === wire);
  return (found?.[0] ?? 'configured') as ApplyChange;
}
