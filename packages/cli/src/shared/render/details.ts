import type { Output } from '../../program/context/output.ts';
import { padText, plainText, textWidth } from '../../program/plain-text.ts';

/** A fact and its value; a fact without a value is left out. Several values take a line each. */
export type Detail = readonly [title: string, value: string | readonly string[] | undefined];

/** `Title:  value`, values aligned. */
export function renderDetails(details: readonly Detail[], style: Output['style']): string {
  const shown = details.filter(([, value]) => value !== undefined && value.length > 0);
  const width = Math.max(0, ...shown.map(([title]) => textWidth(title))) + 1;
  return shown
    .flatMap(([title, value]) =>
      [value ?? []].flat().map((text, index) => {
        const label = padText(index === 0 ? `${title}:` : '', width);
        return `${style('bold', label)}  ${plainText(text)}\n`;
      }),
    )
    .join('');
}
