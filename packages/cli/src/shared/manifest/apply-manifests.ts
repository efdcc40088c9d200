import {
  type AppliedManifest,
  appliedFromProto,
  applyRequestFrom,
  type CapsuleClient,
  placeFromProto,
} from '@capsule/api/wire';
import type { Manifest, Place } from '@capsule/core';
import { inApplyOrder, KINDS } from '@capsule/core/manifest';
import type { Context } from '../../program/context/context.ts';
import type { ProgramManual } from '../../program/manual.ts';
import { nodeInOwnWords } from '../node/read-node.ts';
import { retryWhileAway } from '../stream/retry-while-away.ts';
import { inOwnWords } from '../workload/read-workload.ts';

export interface ManifestApply {
  readonly manifests: readonly Manifest[];
  readonly dryRun: boolean;
  /** Refuse to change what exists. */
  readonly createOnly?: boolean;
}

export interface AppliedTogether {
  readonly applied: readonly AppliedManifest[];
  /** Realms, spaces, stacks and cells that were missing, and that the capsule created. */
  readonly madeParents: readonly Place[];
}

/**
 * Hands all manifests over in one call, which applies all or none. Answers what was done, or with `dryRun`
 * would be, and what is refused; nothing of what was left undone. The same again changes nothing, so a lost
 * answer is asked for again. Fails where the capsule cannot be reached.
 */
export async function applyManifests(
  client: CapsuleClient,
  { manifests, dryRun, createOnly = false }: ManifestApply,
  context: Context,
): Promise<AppliedTogether> {
  const { program, signal } = context;
  const request = applyRequestFrom(manifests, { dryRun, createOnly });
  const answer = await retryWhileAway(() => client.manifest.apply(request, { signal }), context);
  const applied = inApplyOrder(appliedFromProto(manifests, answer), KINDS);
  return {
    applied: applied.map((one) => inProgramsWords(one, program)),
    madeParents: answer.madeParents.map(placeFromProto),
  };
}

function inProgramsWords(one: AppliedManifest, program: ProgramManual): AppliedManifest {
  if ('error' in one) return one;
  const { workload, node } = one;
  return {
    ...one,
    ...(workload && { workload: inOwnWords(workload, program) }),
    ...(node && { node: nodeInOwnWords(node, program) }),
  };
}
