import type { CellId } from '../cell/cell-id.ts';
import type { ContainerRef } from '../cell/container-ref.ts';

/** The levels of the hierarchy, the outermost first. */
export const LEVELS = ['realm', 'space', 'stack', 'cell', 'container'] as const;

export type Level = (typeof LEVELS)[number];

/** Names one thing of any level: a part is set exactly where all outer parts are. */
export interface Place {
  readonly realm: string;
  readonly space?: string;
  readonly stack?: string;
  readonly cell?: string;
  readonly container?: string;
}

/** The stack of flat workloads. */
export const DEFAULT_STACK = { realm: 'main', space: 'default', stack: 'default' } as const;

/** Parts of `place`, the outermost first. Pure. */
export function partsOf(place: Place): readonly string[] {
  return LEVELS.flatMap((level) => place[level] ?? []);
}

/** Pure. */
export function levelOf(place: Place): Level {
  return LEVELS[partsOf(place).length - 1] ?? 'realm';
}

/** The innermost name. Pure. */
export function nameOfPlace(place: Place): string {
  return place[levelOf(place)] ?? '';
}

/** Names hold no `_`, so two places never share a key. A cell's key equals `cellKey`. Pure. */
export function placeKey(place: Place): string {
  return partsOf(place).join('_');
}

/** The place that `placeKey` made the key of. Pure. */
export function placeFromKey(key: string): Place {
  return placeOf(key.split('_'));
}

/** A place from its parts, the outermost first. Pure. */
export function placeOf(parts: readonly string[]): Place {
  const named = LEVELS.flatMap((level, at) => {
    const part = parts[at];
    return part === undefined ? [] : [[level, part] as const];
  });
  return Object.fromEntries(named) as unknown as Place;
}

/** `main/default/default/web`, for people. Pure. */
export function describePlace(place: Place): string {
  return partsOf(place).join('/');
}

/** As short as people can use it again: `web`, `web/side`, `main/prod/shop/web`. Pure. */
export function shortPlace(place: Place): string {
  const { realm, space, stack, cell, container } = place;
  const isUsual =
    realm === DEFAULT_STACK.realm &&
    space === DEFAULT_STACK.space &&
    stack === DEFAULT_STACK.stack &&
    cell !== undefined;
  if (!isUsual) return describePlace(place);
  return container === undefined ? cell : `${cell}/${container}`;
}

/** The place of a cell or a container that `shortPlace` has named. Pure. */
export function placeOfName(name: string): Place {
  const parts = name.split('/');
  const { realm, space, stack } = DEFAULT_STACK;
  return placeOf(parts.length < 3 ? [realm, space, stack, ...parts] : parts);
}

/** With its level in front: `cell web`. Pure. */
export function namedPlace(place: Place): string {
  return `${levelOf(place)} ${shortPlace(place)}`;
}

/** The next outer place; undefined for a realm. Pure. */
export function parentOf(place: Place): Place | undefined {
  const parts = partsOf(place).slice(0, -1);
  return parts.length === 0 ? undefined : placeOf(parts);
}

/** All outer places, the outermost first. Pure. */
export function parentsOf(place: Place): readonly Place[] {
  const parent = parentOf(place);
  return parent === undefined ? [] : [...parentsOf(parent), parent];
}

/** Whether `place` is `outer`, or below it. Pure. */
export function isWithin(place: Place, outer: Place): boolean {
  return partsOf(outer).every((part, at) => partsOf(place)[at] === part);
}

/** Pure. */
export function placeOfCell({ realm, space, stack, cell }: CellId): Place {
  return { realm, space, stack, cell };
}

/** Pure. */
export function placeOfContainer({ cell, container }: ContainerRef): Place {
  return { ...placeOfCell(cell), container };
}

/** The cell that holds a place, or is it; undefined for outer levels. Pure. */
export function cellOfPlace({ realm, space, stack, cell }: Place): CellId | undefined {
  if (space === undefined || stack === undefined || cell === undefined) return undefined;
  return { realm, space, stack, cell };
}

/** Undefined for every level but a container. Pure. */
export function refOfPlace(place: Place): ContainerRef | undefined {
  const cell = cellOfPlace(place);
  if (cell === undefined || place.container === undefined) return undefined;
  return { cell, container: place.container };
}
