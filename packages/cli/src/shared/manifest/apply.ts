import type { AppliedManifest, CapsuleClient } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines, printWarning } from '../../program/print-lines.ts';
import { readTimeout } from '../argument/timeout.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { renderDocuments } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { type WaitResult, waitForWorkloads } from '../workload/wait-for-workloads.ts';
import { applyManifests } from './apply-manifests.ts';
import { outcomeDocuments, outcomeLine, outcomeOf } from './outcome.ts';
import { portWarnings } from './port-warnings.ts';
import { printChanges } from './print-changes.ts';
import { readManifests } from './read-manifests.ts';

const DEFAULT_TIMEOUT_MS = 10 * 60_000;

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const timeoutMs = readTimeout(input) ?? DEFAULT_TIMEOUT_MS;
  const manifests = await readManifests(input, context);
  const dryRun = input.isOn('dryRun');
  const isWaiting = !dryRun && (input.choice('wait') ?? context.out.isTerminal);
  const { applied, waited, warnings } = await withCapsule(input, context, async (client) => {
    const applied = await applyManifests(client, { manifests, dryRun }, context);
    if (!isWaiting) return { applied, ...NOT_WAITED };
    return { applied, ...(await waitForAll(client, { applied, timeoutMs }, context)) };
  });
  if (dryRun) return printChanges(applied, { format, isDiff: false }, input, context);
  const outcomes = applied.map((one) => outcomeOf(one, waited));
  if (isData(format)) {
    await context.out.write(await renderDocuments(format, outcomeDocuments(outcomes)));
  } else {
    for (const outcome of outcomes) {
      const line = outcomeLine(outcome, isWaiting, context);
      const isShort = format.kind === 'name' && line !== '';
      await printLines(context.out, isShort ? `${outcome.spec.name}\n` : line);
    }
  }
  for (const warning of warnings) await printWarning(context.err, warning);
  const exitCode = await printErrors(
    outcomes.flatMap(({ error }) => error ?? []),
    input,
    context,
  );
  if (manifests.length > 1 && isAllRefused(applied)) {
    await context.err.write('nothing was applied\n');
  }
  return exitCode;
};

interface Waited {
  readonly waited: readonly WaitResult[];
  readonly warnings: readonly string[];
}

const NOT_WAITED: Waited = { waited: [], warnings: [] };

async function waitForAll(
  client: CapsuleClient,
  {
    applied,
    timeoutMs,
  }: { readonly applied: readonly AppliedManifest[]; readonly timeoutMs: number },
  context: Context,
): Promise<Waited> {
  const view = createProgressView(context.err, context.now);
  const workloads = applied.flatMap((one) => ('workload' in one ? [one.workload] : []));
  const request = { client, applied: workloads, timeoutMs, view };
  const waited = await waitForWorkloads(request, context).finally(() => view.clear());
  return { waited, warnings: await portWarnings(client, workloads, context) };
}

/** Something was refused, and nothing done. */
function isAllRefused(applied: readonly AppliedManifest[]): boolean {
  return applied.length > 0 && applied.every((one) => 'error' in one);
}
