import type { CapsuleClient } from '@capsule/api/wire';
import { cliError } from '../../errors.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';

export const SELECTOR_FLAG = {
  flags: '-l, --selector <labels>',
  summary: 'workloads with these labels: app=web,tier!=db,canary,!old',
} as const;

/** The workloads that a command means: by name, or by label. Fails with `CLI_USAGE`, `CLI_NOTHING_SELECTED`. */
export async function chosenNames(
  input: Input,
  client: CapsuleClient,
  { signal }: Context,
): Promise<readonly string[]> {
  requireChoice(input);
  const labelSelector = input.text('selector');
  if (labelSelector === undefined) return [...new Set(input.args)];
  const { workloads } = await client.workload.list({ labelSelector }, { signal });
  if (workloads.length === 0) throw cliError.NOTHING_SELECTED({ selector: labelSelector });
  return workloads.map(({ name }) => name);
}

/** Fails with `CLI_USAGE` unless workloads are chosen in one way; asks no capsule. */
export function requireChoice(input: Input): void {
  if ((input.text('selector') === undefined) === (input.args.length === 0)) {
    throw input.refuse('name workloads, or select them with -l LABELS');
  }
}
