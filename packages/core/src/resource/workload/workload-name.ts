import { type CellId, cellOfWorkload } from '../cell/cell-id.ts';
import { cellKey } from '../cell/cell-key.ts';

/**
 * The name of the flat workload that a cell is. Any other cell has none, and is named by its key, which is the name of
 * no workload. Pure.
 */
export function nameOfCell(id: CellId): string {
  const key = cellKey(id);
  return cellKey(cellOfWorkload(id.cell)) === key ? id.cell : key;
}
