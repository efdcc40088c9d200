import { action, bare, type CapsuleError, isCapsuleError, remedy, wrapText } from '@capsule/core';
import type { Output, Style } from './context/output.ts';
import type { ProgramManual } from './manual.ts';
import { plainLines } from './plain-text.ts';
import { renderRemedy } from './render-remedy.ts';

/**
 * Renders an error as message, reason, fix and the command that explains its code; with the chain of causes for `--debug`.
 * Texts may come from registries and other machines: no control characters reach the terminal.
 */
export function renderError(
  error: unknown,
  program: ProgramManual,
  { out, isDebug }: { readonly out: Screen; readonly isDebug: boolean },
): string {
  const parts = isCapsuleError(error) ? fourParts(error, program) : unexpected(error, program);
  const room = out.isTerminal ? out.columns : Number.POSITIVE_INFINITY;
  const lines = parts.flatMap(({ text, style }) =>
    text.split('\n').flatMap((line, index) => {
      const hang = index === 0 ? LABEL_COLUMNS : undefined;
      return wrapText(line, room, hang).map((one) => (style ? out.style(style, one) : one));
    }),
  );
  lines[0] = (lines[0] ?? '').replace(/^error:/, (label) => out.style('red', label));
  return [...lines, ...(isDebug ? causes(error) : [])].map((line) => `${line}\n`).join('');
}

/** The stream that it goes to: lines fit a terminal. */
type Screen = Pick<Output, 'style' | 'isTerminal' | 'columns'>;

/** A part with its label in front. */
interface Part {
  readonly text: string;
  readonly style?: Style;
}

/** Of `error: ` and `  why: `, below which a long text goes on. */
const LABEL_COLUMNS = 7;

function fourParts(
  { code, message, why, hint, actions }: CapsuleError,
  program: ProgramManual,
): readonly Part[] {
  const lines: Part[] = [{ text: `error: ${plainLines(message)}` }];
  if (why !== undefined) lines.push({ text: `  why: ${plainLines(why)}` });
  if (hint !== undefined) {
    lines.push({ text: `  fix: ${plainLines(renderRemedy({ text: hint, actions }, program))}` });
  }
  const explain = remedy`${bare(action('explain', { code }))}`;
  return [...lines, { text: `  see: ${renderRemedy(explain, program)}`, style: 'dim' }];
}

function unexpected(error: unknown, { name }: ProgramManual): readonly Part[] {
  const message = error instanceof Error ? error.message : String(error);
  return [
    { text: `error: ${plainLines(message)}` },
    { text: `  why: this is a bug in ${name}` },
    { text: '  fix: run the command again with --debug and report its output' },
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
