import { stripVTControlCharacters } from 'node:util';
import { readText } from './read-text.ts';
import type { Kept, ProgramRow } from './row.ts';

/**
 * A run of a program as texts: its exit code, what it printed, and each line of its progress and errors. How often a
 * line of progress comes, and what a terminal shows meanwhile, says more of the moment than of the program.
 */
export function describeRun(row: ProgramRow): readonly string[] {
  const { program, args, exitCode, isTerminal } = row;
  const run = `$ ${program} ${args.join(' ')}`;
  const stdout = textOf(row.stdout);
  const printed = isTerminal ? linesOf(stripVTControlCharacters(stdout)) : [stdout];
  return [
    `${run} -> exit ${exitCode}`,
    ...printed.map((text) => `${run} -> ${text}`),
    ...linesOf(textOf(row.stderr)).map((line) => `${run} -> stderr: ${line}`),
  ];
}

function textOf({ base64 }: Kept): string {
  return readText(Buffer.from(base64, 'base64'));
}

function linesOf(text: string): readonly string[] {
  return text.split(/[\r\n]+/).filter((line) => line !== '');
}
