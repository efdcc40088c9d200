import { plainText, wrapText } from '@capsule/core';
import { cliError } from '../../errors.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { readLine } from '../file/read-line.ts';
import { aborted } from './prompt.ts';

export const YES_FLAG = {
  flags: '-y, --yes',
  summary: 'do not ask, even on a terminal',
} as const;

export interface Destruction {
  /** A line for each thing that goes, with what goes with it. */
  readonly losses: readonly string[];
  /** `Delete 2 workloads?` */
  readonly question: string;
}

/** Whether a person would be asked; a script never is. */
export function isAsked(input: Input, { terminal }: Context): boolean {
  return terminal !== undefined && !input.isOn('yes');
}

/**
 * Shows what would be lost and asks for a yes. Nothing to lose needs none. Fails with `CLI_NOT_CONFIRMED` for any
 * other answer. The caller has looked whether anybody is asked (`isAsked`).
 */
export async function confirm(
  { losses, question }: Destruction,
  { err, stdin, signal }: Context,
): Promise<void> {
  if (losses.length === 0) return;
  const lines = losses.flatMap((loss) => wrapText(`  ${plainText(loss)}`, err.columns, 4));
  await err.write(`${lines.map((line) => `${line}\n`).join('')}${question} [y/N] `);
  const answer = await Promise.race([readLine(stdin), aborted(signal)]);
  if (!/^y(es)?$/i.test(answer.trim())) throw cliError.NOT_CONFIRMED({});
}

/** `this workload`, `these 2 workloads`. */
export function counted(count: number, noun: string): string {
  return count === 1 ? `this ${noun}` : `these ${count} ${noun}s`;
}
