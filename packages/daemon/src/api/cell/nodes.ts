import type { ReportedNode } from '@capsule/api/wire';
import {
  cellOfPlace,
  containerKey,
  LEVELS,
  type Level,
  levelOf,
  type Place,
  placeOfCell,
  placeOfContainer,
  refOfPlace,
  shortPlace,
} from '@capsule/core';
import type { CellDescriber } from '../../cell/describe.ts';
import { cellError } from '../../cell/errors.ts';
import { scopeError } from '../../scope/errors.ts';
import type { Cells } from '../../store/cells.ts';
import type { Scopes } from '../../store/scopes.ts';

export interface NodeParts {
  readonly cells: Pick<Cells, 'get' | 'list'>;
  readonly scopes: Pick<Scopes, 'get' | 'list'>;
  readonly describer: CellDescriber;
}

/** Returns the thing at a place; undefined where nothing is. */
export function findNode(parts: NodeParts, place: Place): ReportedNode | undefined {
  const { cells, scopes, describer } = parts;
  const id = cellOfPlace(place);
  if (id === undefined) {
    const scope = scopes.get(place);
    return scope && { level: 'scope', scope: describer.scope(scope) };
  }
  const cell = cells.get(id);
  const ref = refOfPlace(place);
  if (cell === undefined) return undefined;
  if (ref === undefined) return { level: 'cell', cell: describer.cell(cell) };
  const key = containerKey(ref);
  const container = cell.containers.find((one) => containerKey(one.ref) === key);
  return container && { level: 'container', container: describer.container(cell, container) };
}

/** Fails with `SCOPE_NOT_FOUND` or `CELL_NOT_FOUND`. */
export function nodeAt(parts: NodeParts, place: Place): ReportedNode {
  const node = findNode(parts, place);
  if (node !== undefined) return node;
  const facts = { level: levelOf(place), place: shortPlace(place) };
  throw place.cell === undefined ? scopeError.NOT_FOUND(facts) : cellError.NOT_FOUND(facts);
}

/** Everything of one level, of which the parts that `within` names are those of its place. */
export function listNodes(
  parts: NodeParts,
  level: Level,
  within: Partial<Place>,
): readonly ReportedNode[] {
  const isAsked = (place: Place) =>
    LEVELS.every((part) => within[part] === undefined || within[part] === place[part]);
  const { cells, scopes, describer } = parts;
  if (level === 'cell') {
    const asked = cells.list().filter(({ id }) => isAsked(placeOfCell(id)));
    return asked.map((cell) => ({ level, cell: describer.cell(cell) }));
  }
  if (level === 'container') {
    return cells.list().flatMap((cell) => {
      const asked = cell.containers.filter(({ ref }) => isAsked(placeOfContainer(ref)));
      return asked.map((one) => ({ level, container: describer.container(cell, one) }));
    });
  }
  const asked = scopes.list().filter(({ place }) => levelOf(place) === level && isAsked(place));
  return asked.map((scope) => ({ level: 'scope', scope: describer.scope(scope) }));
}
