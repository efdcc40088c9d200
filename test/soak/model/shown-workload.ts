import { DesiredState, type Workload } from '@capsule/api/wire';
import type { State } from './workload-model.ts';

/** The state of a workload that the capsule reports; undefined if it reports none. */
export type Shown = Workload | undefined;

const DESIRED = { running: DesiredState.RUNNING, stopped: DesiredState.STOPPED } as const;

/** The differences between the reported and the expected state, one line each. Pure. */
export function differencesOf(state: State, shown: Shown): readonly string[] {
  if (state === undefined || shown === undefined) {
    if (state === shown) return [];
    return [state === undefined ? 'it exists, and should not' : 'it is not there'];
  }
  const { container, generation, run, desiredState } = shown;
  const pairs: readonly (readonly [what: string, is: unknown, should: unknown])[] = [
    ['value', container?.env['VALUE'], state.value],
    ['label', container?.labels['label'], state.label],
    ['ports', container?.ports.length, state.port ? 1 : 0],
    ['generation', Number(generation), state.generation],
    ['run', Number(run), state.run],
    ['desired state', desiredState, DESIRED[state.desired]],
  ];
  return pairs
    .filter(([, is, should]) => is !== should)
    .map(([what, is, should]) => `${what} is ${is}, not ${should}`);
}
