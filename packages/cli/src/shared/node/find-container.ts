import { type CapsuleClient, placeToProto } from '@capsule/api/wire';
import type { Level, Place } from '@capsule/core';
import { cliError } from '../../errors.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import type { ContainerTarget } from '../target/container-target.ts';
import { getNode } from './get.ts';
import { placeAt } from './place-flags.ts';

/**
 * The container that a name and the flags mean. Of a cell: the one of `--container`, else its root. Fails with
 * `CELL_NOT_FOUND`, `CLI_CELL_EMPTY`.
 */
export async function findContainer(
  client: CapsuleClient,
  { level, name }: { readonly level: Level; readonly name: string },
  { input, context }: { readonly input: Input; readonly context: Context },
): Promise<Place> {
  const place = placeAt(input, level, name);
  const container = level === 'cell' ? input.text('container') : undefined;
  if (container !== undefined) return { ...place, container };
  if (level !== 'cell') return place;
  const node = await getNode(client, place, context);
  const containers = node.level === 'cell' ? node.cell.containers : [];
  const root = containers.find(({ isRoot }) => isRoot);
  if (root === undefined) throw cliError.CELL_EMPTY({ name });
  return { ...place, container: root.ref.container };
}

/** Pure. */
export function targetOf(place: Place): ContainerTarget {
  return { place: placeToProto(place) };
}
