import { type CellId, cellKey, cellOfWorkload, describePlace, placeOfCell } from '@capsule/core';

/** The name of a cell in main/default/default, else its whole place: as short as people can use it. Pure. */
export function nameOfCellId(id: CellId): string {
  const isUsual = cellKey(cellOfWorkload(id.cell)) === cellKey(id);
  return isUsual ? id.cell : describePlace(placeOfCell(id));
}
