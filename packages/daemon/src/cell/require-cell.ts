import {
  type CellId,
  type CellRecord,
  type ContainerRecord,
  type ContainerRef,
  nameOfCell,
  placeOfContainer,
  shortPlace,
} from '@capsule/core';
import type { Cells } from '../store/cells.ts';
import { cellError } from './errors.ts';

/** Fails with `CELL_NOT_FOUND`. */
export function requireCell(cells: Pick<Cells, 'get'>, id: CellId): CellRecord {
  const record = cells.get(id);
  if (record !== undefined) return record;
  throw cellError.NOT_FOUND({ level: 'cell', place: nameOfCell(id) });
}

/** Fails as `requireCell`, and with `CELL_BEING_DELETED`. */
export function requireStaying(cells: Pick<Cells, 'get'>, id: CellId): CellRecord {
  const record = requireCell(cells, id);
  if (record.desired !== 'deleting') return record;
  throw cellError.BEING_DELETED({ level: 'cell', place: nameOfCell(id) });
}

/** The same for a container. */
export function requireStayingContainer(
  cells: Pick<Cells, 'container'>,
  ref: ContainerRef,
): ContainerRecord {
  const place = shortPlace(placeOfContainer(ref));
  const record = cells.container(ref);
  if (record === undefined) throw cellError.NOT_FOUND({ level: 'container', place });
  if (record.desired === 'deleting') throw cellError.BEING_DELETED({ level: 'container', place });
  return record;
}
