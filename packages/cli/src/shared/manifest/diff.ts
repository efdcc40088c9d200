import type { Run } from '../../program/command.ts';
import { readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { applyManifests } from './apply-manifests.ts';
import { readManifests } from './read-manifests.ts';
import { tellChanges } from './tell-changes.ts';

/** As diff(1) has it. */
const DIFFERENT = 1;
const TROUBLE = 2;

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const manifests = await readManifests(input, context);
  const { registries, volumes, workloads } = await withCapsule(input, context, (client) =>
    applyManifests(client, { manifests, dryRun: true }, context),
  );
  const declared = [...registries, ...volumes];
  const applied = workloads;
  const failed = await tellChanges({ declared, applied, format, isDiff: true }, input, context);
  if (failed !== undefined) return TROUBLE;
  const isSame = [...declared, ...applied].every(
    (result) => 'change' in result && result.change === 'unchanged',
  );
  return isSame ? undefined : DIFFERENT;
};
