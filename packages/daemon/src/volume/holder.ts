import { type CellId, cellKey, isFlatCell, nameOfCell } from '@capsule/core';
import type { Database } from '@capsule/engine';

/** The holder of a volume as an error names it. */
export interface NamedHolder {
  /** See `nameOfCell`. */
  readonly holder: string;
  /** The cell is a flat workload. */
  readonly isWorkload: boolean;
}

export function describeHolder(db: Database, cell: CellId): NamedHolder {
  const containers = db.all('SELECT name FROM container WHERE cell = ?', cellKey(cell));
  const isAlone = containers.every((row) => row['name'] === cell.cell);
  return { holder: nameOfCell(cell), isWorkload: isFlatCell(cell) && isAlone };
}
