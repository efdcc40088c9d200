import type { AppliedManifest } from '@capsule/api/wire';
import type { Context } from '../../program/context/context.ts';
import { printLines } from '../../program/print-lines.ts';
import { outcomeLine, outcomeOf } from './outcome.ts';
import { NOT_WAITED } from './wait-for-applied.ts';

/** Names what an apply did before a person stopped waiting for it. */
export async function printInterrupted(
  applied: readonly AppliedManifest[],
  context: Context,
): Promise<void> {
  const { err } = context;
  const lines = applied.map((one) => outcomeLine(outcomeOf(one, NOT_WAITED), false, context));
  // The terminal showed ^C; the end of the program writes the last line feed there.
  const [start, end] = err.isTerminal ? ['\n', ''] : ['', '\n'];
  const advice = 'stopped waiting; the capsule goes on with what was applied';
  await printLines(err, `${start}${lines.join('')}${advice}${end}`);
}
