import { WorkloadChange } from '@capsule/api';

const CHANGES = {
  created: WorkloadChange.CREATED,
  configured: WorkloadChange.CONFIGURED,
  unchanged: WorkloadChange.UNCHANGED,
} as const;

/** What an apply did, for the wire. */
export function changeToProto(change: keyof typeof CHANGES): WorkloadChange {
  return CHANGES[change];
}
