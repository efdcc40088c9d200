import { type CapsuleError, isCapsuleError } from '@capsule/core';
import type { Output } from './context/output.ts';
import type { ProgramManual } from './manual.ts';
import { plainLines } from './plain-text.ts';
import { renderRemedy } from './render-remedy.ts';

/**
 * What, why, fix and link, for a person; with the chain of causes for `--debug`.
 * Texts may come from registries and other machines: no control characters reach the terminal.
 */
export function renderError(
  error: unknown,
  program: ProgramManual,
  { style, isDebug }: { readonly style: Output['style']; readonly isDebug: boolean },
): string {
  const parts = isCapsuleError(error)
    ? fourParts(error, program, style)
    : unexpected(error, program, style);
  return [...parts, ...(isDebug ? causes(error) : [])].map((line) => `${line}\n`).join('');
}

function fourParts(
  { message, why, hint, actions, link }: CapsuleError,
  program: ProgramManual,
  style: Output['style'],
): string[] {
  const lines = [`${style('red', 'error:')} ${plainLines(message)}`];
  if (why !== undefined) lines.push(`  why: ${plainLines(why)}`);
  if (hint !== undefined) {
    lines.push(`  fix: ${plainLines(renderRemedy({ text: hint, actions }, program))}`);
  }
  lines.push(style('dim', `  see: ${link}`));
  return lines;
}

function unexpected(error: unknown, { name }: ProgramManual, style: Output['style']): string[] {
  const message = error instanceof Error ? error.message : String(error);
  return [
    `${style('red', 'error:')} ${plainLines(message)}`,
    `  why: this is a bug in ${name}`,
    '  fix: run the command again with --debug and report what it prints',
  ];
}

const LONGEST_CHAIN = 8;

function causes(error: unknown): string[] {
  const lines: string[] = [];
  let at = error;
  for (let depth = 0; at !== undefined && depth < LONGEST_CHAIN; depth += 1) {
    const text = at instanceof Error ? (at.stack ?? at.message) : String(at);
    lines.push(`${depth === 0 ? 'debug:' : 'caused by:'} ${plainLines(text)}`);
    at = at instanceof Error ? at.cause : undefined;
  }
  return lines;
}
