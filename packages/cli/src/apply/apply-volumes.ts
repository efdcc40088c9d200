import type { CapsuleClient, FieldChange } from '@capsule/api';
import { isCapsuleError, type VolumeSpec } from '@capsule/core';
import type { Context } from '../context/context.ts';
import { retryAway } from '../stream/retry-away.ts';
import { type Change, changeOf } from './change.ts';

/** What the capsule made of one volume. */
export type VolumeResult =
  | {
      readonly spec: VolumeSpec;
      readonly change: Change;
      readonly fields: readonly FieldChange[];
    }
  | { readonly spec: VolumeSpec; readonly error: unknown };

/** One after the other; one that is refused does not keep the others back. */
export async function applyVolumes(
  client: CapsuleClient,
  { specs, dryRun }: { readonly specs: readonly VolumeSpec[]; readonly dryRun: boolean },
  context: Context,
): Promise<readonly VolumeResult[]> {
  const { signal } = context;
  const results: VolumeResult[] = [];
  for (const spec of specs) {
    try {
      const request = { name: spec.name, sizeBytes: BigInt(spec.sizeBytes), dryRun };
      const { change, fields } = await retryAway(
        () => client.volume.apply(request, { signal }),
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
