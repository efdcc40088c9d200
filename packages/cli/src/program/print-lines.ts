import { wrapText } from '@capsule/core';
import type { Output } from './context/output.ts';

const HANG = 2;
const WARNING = 'warning:';

/** Writes lines for people: a terminal shows those that are too long for it broken at words. */
export async function printLines(output: Output, text: string): Promise<void> {
  await output.write(output.isTerminal ? wrapped(text, output.columns, HANG) : text);
}

/** Writes a warning in the same way. The caller has made names in it harmless. */
export async function printWarning(output: Output, text: string): Promise<void> {
  const columns = output.isTerminal ? output.columns : Number.POSITIVE_INFINITY;
  const lines = wrapped(`${WARNING} ${text}\n`, columns, WARNING.length + 1);
  await output.write(lines.replace(WARNING, (label) => output.style('yellow', label)));
}

function wrapped(text: string, columns: number, hang: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapText(line, columns, hang))
    .join('\n');
}
