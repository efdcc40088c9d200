/** A row of the table as a whole line: `| P1 | apply / ctr run | … |`. */
type Row = string;

export interface MergeRequest {
  /** The rows of the document. */
  readonly before: readonly Row[];
  /** The rows of this run, by the id of their benchmark: each has it in its first cell. */
  readonly measured: ReadonlyMap<string, readonly Row[]>;
  /** The ids of all benchmarks, in the order of the document. */
  readonly order: readonly string[];
}

/**
 * Replaces all rows of the measured benchmarks, and keeps those of all others, also where another checkout measured
 * them. Pure.
 */
export function mergeRows({ before, measured, order }: MergeRequest): readonly Row[] {
  const kept = before.filter((row) => !measured.has(idOf(row)));
  const rows = [...kept, ...[...measured.values()].flat()];
  const places = new Map(order.map((id, at) => [id, at]));
  const placeOf = (row: Row) => places.get(idOf(row)) ?? order.length;
  return rows.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function idOf(row: Row): string {
  return row.split('|')[1]?.trim() ?? '';
}
