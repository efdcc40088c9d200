import type { Run } from '../../program/command.ts';
import { readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { applyManifests } from './apply-manifests.ts';
import { printChanges } from './print-changes.ts';
import { readManifests } from './read-manifests.ts';

/** As diff(1) has it. */
const DIFFERENT = 1;
const TROUBLE = 2;

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const manifests = await readManifests(input, context);
  const { applied } = await withCapsule(input, context, (client) =>
    applyManifests(client, { manifests, dryRun: true }, context),
  );
  const failed = await printChanges(applied, { format, isDiff: true }, input, context);
  if (failed !== undefined) return TROUBLE;
  const isSame = applied.every((result) => 'change' in result && result.change === 'unchanged');
  return isSame ? undefined : DIFFERENT;
};
