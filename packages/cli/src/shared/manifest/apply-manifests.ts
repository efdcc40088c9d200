import {
  type AppliedManifest,
  appliedFromProto,
  applyRequestFrom,
  type CapsuleClient,
} from '@capsule/api/wire';
import type { Manifest } from '@capsule/core';
import { inApplyOrder, KINDS } from '@capsule/core/manifest';
import type { Context } from '../../program/context/context.ts';
import { retryWhileAway } from '../stream/retry-while-away.ts';
import { inOwnWords } from '../workload/read-workload.ts';

/**
 * Hands all manifests over in one call, which applies all or none. Answers what was done, or with `dryRun`
 * would be, and what is refused; nothing of what was left undone. The same again changes nothing, so a lost
 * answer is asked for again. Fails where the capsule cannot be reached.
 */
export async function applyManifests(
  client: CapsuleClient,
  { manifests, dryRun }: { readonly manifests: readonly Manifest[]; readonly dryRun: boolean },
  context: Context,
): Promise<readonly AppliedManifest[]> {
  const { program, signal } = context;
  const request = applyRequestFrom(manifests, { dryRun });
  const answer = await retryWhileAway(() => client.manifest.apply(request, { signal }), context);
  const applied = inApplyOrder(appliedFromProto(manifests, answer), KINDS);
  return applied.map((one) =>
    'workload' in one ? { ...one, workload: inOwnWords(one.workload, program) } : one,
  );
}
