import { plainText, textWidth, wrapText } from '@capsule/core';
import type { Output } from '../../program/context/output.ts';
import { padText } from '../../program/plain-text.ts';

/** A fact and its value; a fact without a value is left out. Several values take a line each. */
export type Detail = readonly [title: string, value: string | readonly string[] | undefined];

/** `Title:  value`, values aligned; broken at words where the terminal is too narrow. */
export function renderDetails(
  details: readonly Detail[],
  { style, isTerminal, columns }: Pick<Output, 'style' | 'isTerminal' | 'columns'>,
): string {
  const shown = details.filter(([, value]) => value !== undefined && value.length > 0);
  const width = Math.max(0, ...shown.map(([title]) => textWidth(title))) + 1;
  const room = isTerminal ? Math.max(columns - width - 2, 20) : Number.POSITIVE_INFINITY;
  return shown
    .flatMap(([title, value]) =>
      [value ?? []].flat().map((text, index) => {
        const label = padText(index === 0 ? `${title}:` : '', width);
        const [head, ...rest] = wrapText(plainText(text), room, 2);
        const below = rest.map((line) => `${' '.repeat(width + 2)}${line}\n`).join('');
        return `${style('bold', label)}  ${head}\n${below}`;
      }),
    )
    .join('');
}
