import { type CapsuleClient, type FieldChange, registryToProto } from '@capsule/api';
import { isCapsuleError, type RegistrySpec } from '@capsule/core';
import type { Context } from '../context/context.ts';
import { retryAway } from '../stream/retry-away.ts';
import { type Change, changeOf } from './change.ts';

/** What the capsule made of what was declared of one registry. */
export type RegistryResult =
  | {
      readonly spec: RegistrySpec;
      readonly change: Change;
      readonly fields: readonly FieldChange[];
    }
  | { readonly spec: RegistrySpec; readonly error: unknown };

/** One after the other; one that is refused does not keep the others back. */
export async function applyRegistries(
  client: CapsuleClient,
  { specs, dryRun }: { readonly specs: readonly RegistrySpec[]; readonly dryRun: boolean },
  context: Context,
): Promise<readonly RegistryResult[]> {
  const { signal } = context;
  const results: RegistryResult[] = [];
  for (const spec of specs) {
    try {
      const registry = registryToProto(spec);
      const { change, fields } = await retryAway(
        () => client.registry.apply({ registry, dryRun }, { signal }),
        context,
      );
      results.push({ spec, change: changeOf(change), fields });
    } catch (error) {
      signal.throwIfAborted();
      if (isCapsuleError(error) && error.kind === 'unavailable') throw error;
      results.push({ spec, error });
    }
  }
  return results;
}
