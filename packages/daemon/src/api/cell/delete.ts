import {
  cellOfPlace,
  isWithin,
  type Place,
  placeOfCell,
  placeOfContainer,
  refOfPlace,
} from '@capsule/core';
import type { CellCommands } from '../../cell/commands.ts';
import type { ScopeCommands } from '../../scope/commands.ts';
import type { ScopeController } from '../../scope/reconcile.ts';
import type { Cells } from '../../store/cells.ts';
import type { WorkloadController } from '../../workload/controller.ts';

export interface DeleteNodeParts {
  readonly cells: Pick<Cells, 'get' | 'list' | 'container'>;
  readonly cellCommands: Pick<CellCommands, 'delete' | 'deleteContainer'>;
  readonly scopeCommands: Pick<ScopeCommands, 'delete'>;
  readonly scopeController: Pick<ScopeController, 'untilGone'>;
  readonly controller: Pick<WorkloadController, 'untilGone' | 'untilContainerGone'>;
}

export interface DeleteOptions {
  readonly cascade: boolean;
  readonly force: boolean;
  readonly signal: AbortSignal;
}

/**
 * Deletes what is at a place, with `cascade` depth first, and waits until it is gone. Returns the
 * places that went; none if nothing was there. The client may disconnect: the deletion is stored.
 */
export async function deleteNode(
  parts: DeleteNodeParts,
  place: Place,
  options: DeleteOptions,
): Promise<readonly Place[]> {
  const ref = refOfPlace(place);
  const id = cellOfPlace(place);
  if (ref !== undefined) {
    if (!parts.cellCommands.deleteContainer(ref, options.force)) return [];
    await parts.controller.untilContainerGone(ref, options.signal);
    return [place];
  }
  return id === undefined ? deleteScope(parts, place, options) : deleteCell(parts, place, options);
}

async function deleteCell(
  { cells, cellCommands, controller }: DeleteNodeParts,
  place: Place,
  { cascade, force, signal }: DeleteOptions,
): Promise<readonly Place[]> {
  const id = cellOfPlace(place);
  if (id === undefined) return [];
  const containers = cells.get(id)?.containers ?? [];
  if (!cellCommands.delete(id, { cascade, force })) return [];
  await controller.untilGone(id, signal);
  return [...containers.map(({ ref }) => placeOfContainer(ref)).toReversed(), place];
}

async function deleteScope(
  parts: DeleteNodeParts,
  place: Place,
  { cascade, force, signal }: DeleteOptions,
): Promise<readonly Place[]> {
  const scopes = parts.scopeCommands.delete(place, { cascade });
  if (scopes === undefined) return [];
  const inside = parts.cells.list().map(({ id }) => placeOfCell(id));
  const held = inside.filter((cell) => isWithin(cell, place));
  const gone = await Promise.all(
    held.map((cell) => deleteCell(parts, cell, { cascade: true, force, signal })),
  );
  await parts.scopeController.untilGone(place, signal);
  return [...gone.flat(), ...scopes];
}
