import { type CellId, cellOfWorkload } from '../cell/cell-id.ts';
import { cellKey, containerKey } from '../cell/cell-key.ts';
import { type ContainerRef, refOfWorkload } from '../cell/container-ref.ts';

/**
 * The name of the flat workload that a cell is. Any other cell has none, and is named by its key, which is the name of
 * no workload. Pure.
 */
export function nameOfCell(id: CellId): string {
  const key = cellKey(id);
  return cellKey(cellOfWorkload(id.cell)) === key ? id.cell : key;
}

/** The same for a container. Pure. */
export function nameOfContainer(ref: ContainerRef): string {
  const key = containerKey(ref);
  return containerKey(refOfWorkload(ref.container)) === key ? ref.container : key;
}
