import { WorkloadChange } from '@capsule/api';

export type Change = 'created' | 'configured' | 'unchanged';

const CHANGES: Readonly<Record<number, Change>> = {
  [WorkloadChange.CREATED]: 'created',
  [WorkloadChange.CONFIGURED]: 'configured',
  [WorkloadChange.UNCHANGED]: 'unchanged',
};

/** An older capsule does not say what it did. */
export function changeOf(change: WorkloadChange): Change {
  return CHANGES[change] ?? 'configured';
}
