import {
  apiError,
  type CapsuleClient,
  type FieldChange,
  type ReportedWorkload,
  specToProto,
  workloadFromProto,
} from '@capsule/api';
import { isCapsuleError, type WorkloadSpec } from '@capsule/core';
import type { Context } from '../context/context.ts';
import { retryAway } from '../stream/retry-away.ts';
import { type Change, changeOf } from './change.ts';

/** What the capsule made of one wish. */
export type ApplyResult =
  | {
      readonly spec: WorkloadSpec;
      readonly workload: ReportedWorkload;
      readonly change: Change;
      readonly fields: readonly FieldChange[];
      readonly recreates: boolean;
    }
  | { readonly spec: WorkloadSpec; readonly error: unknown };

/**
 * Hands the wishes over one after the other, in their order: a port that one gives up is free for
 * the next. A wish that is refused does not keep the others back; a capsule that cannot be reached
 * ends it all.
 */
export async function applyWorkloads(
  client: CapsuleClient,
  { specs, dryRun }: { readonly specs: readonly WorkloadSpec[]; readonly dryRun: boolean },
  context: Context,
): Promise<readonly ApplyResult[]> {
  const results: ApplyResult[] = [];
  for (const spec of specs) results.push(await applyOne(client, { spec, dryRun }, context));
  return results;
}

async function applyOne(
  client: CapsuleClient,
  { spec, dryRun }: { readonly spec: WorkloadSpec; readonly dryRun: boolean },
  context: Context,
): Promise<ApplyResult> {
  const { signal } = context;
  try {
    // The same wish again changes nothing, so a lost answer is asked for anew.
    const answer = await retryAway(
      () => client.workload.apply({ workload: specToProto(spec), dryRun }, { signal }),
      context,
    );
    if (answer.workload === undefined) {
      throw apiError.UNEXPECTED_ANSWER({ what: 'an apply without a workload' });
    }
    const change = changeOf(answer.change);
    const { fields, recreates } = answer;
    return { spec, workload: workloadFromProto(answer.workload), change, fields, recreates };
  } catch (error) {
    signal.throwIfAborted();
    if (isCapsuleError(error) && error.kind === 'unavailable') throw error;
    return { spec, error };
  }
}
