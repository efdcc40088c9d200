import { plainText, textWidth, wrapText } from '@capsule/core';
import type { Output } from '../../program/context/output.ts';
import { cutText, fitText, padText } from '../../program/plain-text.ts';
import { fitWidths } from './fit-widths.ts';
import type { TableFormat } from './format.ts';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** May be cut down to this many columns where the line is too long; never cut without it. */
  readonly shrinksTo?: number;
  /** Only with `-o wide`. */
  readonly isWide?: boolean;
  /** Left out where a terminal is too narrow for all. */
  readonly isSpare?: boolean;
  /** Of the last column: broken at words instead of cut. */
  readonly wraps?: boolean;
  readonly style?: (row: Row) => Parameters<Output['style']>[0] | undefined;
}

const GAP = '  ';

/**
 * Rows under titles, columns aligned, every line ended. On a terminal it fits into its width, and a wide one names
 * the columns that it left out. A program reads it whole.
 */
export function renderTable<Row>(
  rows: readonly Row[],
  allColumns: readonly Column<Row>[],
  { isWide, hasTitles }: TableFormat,
  { isTerminal, columns: room, style }: Pick<Output, 'isTerminal' | 'columns' | 'style'>,
): string {
  const total = isTerminal ? room : Number.POSITIVE_INFINITY;
  const wanted = allColumns.filter((column) => isWide || column.isWide !== true);
  const measured = wanted.map((column) => {
    const cells = rows.map((row) => plainText(column.cell(row)));
    const titles = hasTitles ? [column.title] : [];
    return { column, cells, width: Math.max(0, ...[...titles, ...cells].map(textWidth)) };
  });
  const { kept, widths } = fitWidths(
    measured.map(({ column, width }) => ({ ...column, width })),
    total,
    GAP.length,
  );
  const shown = measured.filter((_, index) => kept[index]);
  const titles = shown.map(({ column }) => column.title);
  const title = hasTitles ? [style('bold', line(titles, widths))] : [];
  const body = rows.flatMap((row, at) =>
    rowLines(
      shown.map(({ column, cells }) => ({
        text: cells[at] ?? '',
        wraps: column.wraps === true,
        paint: paintWith(column.style?.(row), style),
      })),
      widths,
    ),
  );
  const left = measured.filter((_, index) => kept[index] === false);
  const note =
    isWide && left.length > 0
      ? [
          style(
            'dim',
            `the terminal is too narrow for ${left.map(({ column }) => column.title).join(', ')}`,
          ),
        ]
      : [];
  return [...title, ...body, ...note].map((text) => `${text}\n`).join('');
}

interface Cell {
  readonly text: string;
  readonly wraps: boolean;
  readonly paint: (text: string) => string;
}

function paintWith(name: Parameters<Output['style']>[0] | undefined, style: Output['style']) {
  return (text: string) => (name === undefined ? text : style(name, text));
}

/** One line, and one more for each that the last cell is broken into. */
function rowLines(cells: readonly Cell[], widths: readonly number[]): readonly string[] {
  const last = cells.at(-1);
  const width = widths.at(-1) ?? 0;
  const [head = '', ...rest] =
    last?.wraps === true ? wrapText(last.text, width).flatMap((text) => cutText(text, width)) : [];
  const texts = cells.map(({ text }, index) =>
    last?.wraps === true && index === cells.length - 1 ? head : text,
  );
  const indent = widths.slice(0, -1).reduce((sum, one) => sum + one + GAP.length, 0);
  return [
    line(texts, widths, (text, index) => cells[index]?.paint(text) ?? text),
    ...rest.map((text) => `${' '.repeat(indent)}${text}`),
  ];
}

function line(
  cells: readonly string[],
  widths: readonly number[],
  paint: (text: string, index: number) => string = (text) => text,
): string {
  const last = cells.length - 1;
  return cells
    .map((cell, index) => {
      const width = widths[index] ?? 0;
      const fitted = fitText(cell, width);
      // The last cell is not padded: no line ends in blanks.
      return paint(index === last ? fitted : padText(fitted, width), index);
    })
    .join(GAP)
    .trimEnd();
}
