import type { Output } from '../../program/context/output.ts';
import { fitText, padText, plainText, textWidth } from '../../program/plain-text.ts';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** May be cut down to this many columns where the line is too long; never cut without it. */
  readonly shrinksTo?: number;
  /** Only with `-o wide`. */
  readonly isWide?: boolean;
  readonly style?: (row: Row) => Parameters<Output['style']>[0] | undefined;
}

export interface TableLook {
  readonly isWide: boolean;
  /** Total width to fit into; wide tables are as wide as they are. */
  readonly columns: number;
  readonly style: Output['style'];
}

const GAP = '  ';

/** Rows under titles, columns aligned, every line ended. */
export function renderTable<Row>(
  rows: readonly Row[],
  allColumns: readonly Column<Row>[],
  look: TableLook,
): string {
  const columns = allColumns.filter((column) => look.isWide || column.isWide !== true);
  const cells = rows.map((row) => columns.map((column) => plainText(column.cell(row))));
  const widths = fitWidths(
    columns.map((column, index) =>
      Math.max(textWidth(column.title), ...cells.map((line) => textWidth(line[index] ?? ''))),
    ),
    columns.map((column) => column.shrinksTo),
    look.isWide ? Number.POSITIVE_INFINITY : look.columns,
  );
  const title = line(
    columns.map((column) => column.title),
    widths,
  );
  const body = rows.map((row, index) =>
    line(cells[index] ?? [], widths, (text, at) => {
      const style = columns[at]?.style?.(row);
      return style === undefined ? text : look.style(style, text);
    }),
  );
  return `${[look.style('bold', title), ...body].join('\n')}\n`;
}

/** Cuts shrinkable columns down, the last one first, until the line fits or none can give more. */
function fitWidths(
  wanted: readonly number[],
  smallest: readonly (number | undefined)[],
  total: number,
): readonly number[] {
  let excess = wanted.reduce((sum, width) => sum + width, GAP.length * (wanted.length - 1)) - total;
  return wanted
    .map((width, index) => [width, smallest[index] ?? width] as const)
    .reverse()
    .map(([width, least]) => {
      const given = Math.min(Math.max(width - least, 0), Math.max(excess, 0));
      excess -= given;
      return width - given;
    })
    .reverse();
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
