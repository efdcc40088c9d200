import { type DesiredState, manifestError } from '@capsule/core';
import { DesiredState as WireDesiredState } from '../../gen/capsule/v1/workload_pb.ts';
import { defineChoice } from '../choice.ts';

const desiredState = defineChoice<DesiredState, WireDesiredState>({
  running: WireDesiredState.RUNNING,
  stopped: WireDesiredState.STOPPED,
  deleting: WireDesiredState.DELETING,
});

export function desiredToProto(state: DesiredState): WireDesiredState {
  return desiredState.toProto(state);
}

/** The state that a capsule reported: a missing one means running. `undefined` for an unknown one. */
export function desiredFromProto(state: WireDesiredState): DesiredState | undefined {
  return state === WireDesiredState.UNSPECIFIED ? 'running' : desiredState.fromProto(state);
}

/**
 * The state that an apply requests: `undefined` means running for a new workload and no change for an
 * existing one. Fails with `MANIFEST_SPEC_INVALID` for a state that cannot be applied.
 */
export function askedStateFromProto(
  name: string,
  state: WireDesiredState,
): 'running' | 'stopped' | undefined {
  if (state === WireDesiredState.UNSPECIFIED) return undefined;
  const known = desiredState.fromProto(state);
  if (known === 'running' || known === 'stopped') return known;
  const message = 'only running and stopped can be applied';
  throw manifestError.SPEC_INVALID({ name, problems: [{ path: 'desiredState', message }] });
}
