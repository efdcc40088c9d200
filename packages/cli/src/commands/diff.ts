import { registrySpecs, volumeSpecs, workloadSpecs } from '@capsule/core/manifest';
import { applyRegistries } from '../apply/apply-registries.ts';
import { applyVolumes } from '../apply/apply-volumes.ts';
import { applyWorkloads } from '../apply/apply-workloads.ts';
import { readManifests } from '../apply/read-manifests.ts';
import { tellChanges } from '../apply/tell-changes.ts';
import type { Run } from '../command/command.ts';
import { readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';

/** As diff(1) has it. */
const DIFFERENT = 1;
const TROUBLE = 2;

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const manifests = await readManifests(input, context);
  const registries = { specs: registrySpecs(manifests), dryRun: true };
  const workloads = { specs: workloadSpecs(manifests), dryRun: true };
  const volumes = { specs: volumeSpecs(manifests), dryRun: true };
  const { declared, applied } = await withCapsule(input, context, async (client) => ({
    declared: [
      ...(await applyRegistries(client, registries, context)),
      ...(await applyVolumes(client, volumes, context)),
    ],
    applied: await applyWorkloads(client, workloads, context),
  }));
  const failed = await tellChanges({ declared, applied, format, isDiff: true }, input, context);
  if (failed !== undefined) return TROUBLE;
  const isSame = [...declared, ...applied].every(
    (result) => 'change' in result && result.change === 'unchanged',
  );
  return isSame ? undefined : DIFFERENT;
};
