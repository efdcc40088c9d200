import type { ApplyChange } from '@capsule/core';
import { WorkloadChange } from '../../gen/capsule/v1/workload_pb.ts';
import { defineChoice } from '../choice.ts';

const applyChange = defineChoice<ApplyChange, WorkloadChange>({
  created: WorkloadChange.CREATED,
  configured: WorkloadChange.CONFIGURED,
  unchanged: WorkloadChange.UNCHANGED,
});

export function applyChangeToProto(change: ApplyChange): WorkloadChange {
  return applyChange.toProto(change);
}

/** An older capsule does not report the change. */
export function applyChangeFromProto(wire: WorkloadChange): ApplyChange {
  return applyChange.fromProto(wire) ?? 'configured';
}
