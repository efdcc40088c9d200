import type { CellId } from './cell-id.ts';
import type { ContainerRef } from './container-ref.ts';

/**
 * One word for a cell: maps, file names, network namespaces and the store are keyed by it. Names hold no `_`, so two
 * different cells never share a key.
 */
export function cellKey({ realm, space, stack, cell }: CellId): string {
  return [realm, space, stack, cell].join(SEPARATOR);
}

/** The same for a container. */
export function containerKey({ cell, container }: ContainerRef): string {
  return [cellKey(cell), container].join(SEPARATOR);
}

/** The cell that `cellKey` made the key of. */
export function cellFromKey(key: string): CellId {
  const [realm = '', space = '', stack = '', cell = ''] = key.split(SEPARATOR);
  return { realm, space, stack, cell };
}

/** The container that `containerKey` made the key of; undefined for any other word. */
export function containerFromKey(key: string): ContainerRef | undefined {
  const parts = key.split(SEPARATOR);
  const container = parts[4];
  if (container === undefined || parts.length > 5) return undefined;
  return { cell: cellFromKey(key), container };
}

/** The same for the space of a cell. */
export function spaceKey({ realm, space }: Pick<CellId, 'realm' | 'space'>): string {
  return [realm, space].join(SEPARATOR);
}

/** The key of the space that a cell, given by its key, is in. */
export function spaceOfCell(key: string): string {
  return spaceKey(cellFromKey(key));
}

const SEPARATOR = '_';
