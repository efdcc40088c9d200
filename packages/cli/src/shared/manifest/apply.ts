import type { AppliedManifest } from '@capsule/api/wire';
import { namedPlace, type Place, placeKey, shortPlace } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines, printWarning } from '../../program/print-lines.ts';
import { readTimeout } from '../argument/timeout.ts';
import { renderDocuments } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { applyManifests } from './apply-manifests.ts';
import { declaredPlace } from './declared-name.ts';
import { printInterrupted } from './interrupted-apply.ts';
import { type Outcome, outcomeDocuments, outcomeLine, outcomeOf } from './outcome.ts';
import { printChanges } from './print-changes.ts';
import { readManifests } from './read-manifests.ts';
import { NOT_WAITED, waitForApplied } from './wait-for-applied.ts';

const DEFAULT_TIMEOUT_MS = 10 * 60_000;

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const timeoutMs = readTimeout(input) ?? DEFAULT_TIMEOUT_MS;
  const manifests = await readManifests(input, context);
  const dryRun = input.isOn('dryRun');
  const isWaiting = !dryRun && (input.choice('wait') ?? context.out.isTerminal);
  const { applied, madeParents, waited } = await withCapsule(input, context, async (client) => {
    const together = await applyManifests(client, { manifests, dryRun }, context);
    const { applied } = together;
    if (!isWaiting) return { ...together, waited: NOT_WAITED };
    try {
      const waited = await waitForApplied({ client, applied, timeoutMs }, context);
      return { ...together, waited };
    } catch (error) {
      if (context.signal.aborted) await printInterrupted(applied, context);
      throw error;
    }
  });
  if (dryRun) {
    if (!isData(format) && format.kind !== 'name') await printParents(madeParents, true, context);
    return printChanges(applied, { format, isDiff: false }, input, context);
  }
  const outcomes = applied.map((one) => outcomeOf(one, waited));
  if (isData(format)) {
    await context.out.write(await renderDocuments(format, outcomeDocuments(outcomes)));
  } else {
    if (format.kind !== 'name') await printParents(madeParents, false, context);
    for (const outcome of outcomes) {
      const line = outcomeLine(outcome, isWaiting, context);
      const isShort = format.kind === 'name' && line !== '';
      await printLines(context.out, isShort ? `${shortNameOf(outcome)}\n` : line);
    }
  }
  for (const warning of waited.warnings) await printWarning(context.err, warning);
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

/** A misspelt place shows as a realm, space, stack or cell that was not declared. */
async function printParents(
  places: readonly Place[],
  isDryRun: boolean,
  { out }: Context,
): Promise<void> {
  const verb = isDryRun ? 'would be created' : 'created';
  const unique = new Map(places.map((place) => [placeKey(place), place]));
  const lines = [...unique.values()].map(
    (place) => `${namedPlace(place)} ${verb}, because it was missing\n`,
  );
  await printLines(out, lines.join(''));
}

function shortNameOf(outcome: Outcome): string {
  const place = declaredPlace(outcome);
  return place === undefined ? outcome.spec.name : shortPlace(place);
}

/** Something was refused, and nothing done. */
function isAllRefused(applied: readonly AppliedManifest[]): boolean {
  return applied.length > 0 && applied.every((one) => 'error' in one);
}
