import type { CellId } from '../cell/cell-id.ts';
import type { ContainerRef } from '../cell/container-ref.ts';
import { placeOfCell, placeOfContainer, shortPlace } from '../place/place.ts';

/**
 * As people name a cell: `web`, which is also the name of the flat workload that it may be, and with its whole place
 * outside of main/default/default: `main/prod/shop/web`. `placeOfName` is the way back. Pure.
 */
export function nameOfCell(id: CellId): string {
  return shortPlace(placeOfCell(id));
}

/** The same for a container: `web/side`. One with the name of its cell is a flat workload, or its root: `web`. Pure. */
export function nameOfContainer(ref: ContainerRef): string {
  const isFlat = isFlatCell(ref.cell) && ref.container === ref.cell.cell;
  return isFlat ? ref.container : shortPlace(placeOfContainer(ref));
}

/** Whether the cell may be a flat workload: it is, if it has a single container with its name. Pure. */
export function isFlatCell(id: CellId): boolean {
  return nameOfCell(id) === id.cell;
}
