import type { Output } from '../../program/context/output.ts';
import { renderDocuments } from './documents.ts';
import { type Format, isData } from './format.ts';
import { type Column, renderTable } from './table.ts';

/** How rows of one sort are shown in every format. */
export interface Listing<Row> {
  readonly nameOf: (row: Row) => string;
  readonly documentOf: (row: Row) => object;
  readonly columns: readonly Column<Row>[];
}

export async function renderListing<Row>(
  rows: readonly Row[],
  { nameOf, documentOf, columns }: Listing<Row>,
  format: Format,
  out: Output,
): Promise<string> {
  if (isData(format)) return renderDocuments(format, rows.map(documentOf));
  if (format.kind === 'name') return rows.map((row) => `${nameOf(row)}\n`).join('');
  return renderTable(rows, columns, format, out);
}
