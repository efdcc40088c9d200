import { DOMAIN_STACK } from '@capsule/core';
import { addressesOf, type NamedCell, type SpaceNames } from './name-zone.ts';

/**
 * Returns the addresses of a name in one stack: those of the cell, else of all cells with that alias. Empty: the
 * name exists without an address now. Undefined: it does not exist. Pure.
 */
export function findInStack(
  { cells, aliases }: SpaceNames,
  name: string,
  stack: string,
): readonly string[] | undefined {
  const inStack = ({ id }: NamedCell) => id.stack === stack;
  return found(cells.get(name)?.filter(inStack)) ?? found(aliases.get(name)?.filter(inStack));
}

/**
 * The same for a name without a stack: a name in the asker's own stack, else the only cell of that name in the
 * space, else that of the stack `default`, else all cells of the space with that alias. A cell's name is never
 * that of another cell's alias. Pure.
 */
export function findInSpace(
  names: SpaceNames,
  name: string,
  asker: string | undefined,
): readonly string[] | undefined {
  const own = asker === undefined ? undefined : findInStack(names, name, asker);
  if (own !== undefined) return own;
  const cells = names.cells.get(name);
  if (cells === undefined) return found(names.aliases.get(name));
  return found(
    cells.length === 1 ? cells : cells.filter(({ id }) => id.stack === DOMAIN_STACK.stack),
  );
}

function found(cells: readonly NamedCell[] = []): readonly string[] | undefined {
  return cells.length === 0 ? undefined : addressesOf(cells);
}
