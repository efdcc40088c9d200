import { applyWorkloads } from '../apply/apply-workloads.ts';
import { tellChanges } from '../apply/tell-changes.ts';
import type { Run } from '../command/command.ts';
import { readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { readSpecs } from './apply.ts';

/** As diff(1) has it. */
const DIFFERENT = 1;
const TROUBLE = 2;

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const specs = await readSpecs(input, context);
  const applied = await withCapsule(input, context, (client) =>
    applyWorkloads(client, { specs, dryRun: true }, context),
  );
  const failed = await tellChanges({ applied, format, isDiff: true }, input, context);
  if (failed !== undefined) return TROUBLE;
  const isSame = applied.every((result) => 'change' in result && result.change === 'unchanged');
  return isSame ? undefined : DIFFERENT;
};
