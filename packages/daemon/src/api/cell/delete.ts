import {
  type CellRecord,
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
  const before = cells.get(id);
  if (before === undefined || !cellCommands.delete(id, { cascade, force })) return [];
  await controller.untilGone(id, signal);
  return placesInCell(before);
}

/** The innermost first. */
function placesInCell({ id, containers }: CellRecord): readonly Place[] {
  return [...containers.map(({ ref }) => placeOfContainer(ref)).toReversed(), placeOfCell(id)];
}

async function deleteScope(
  parts: DeleteNodeParts,
  place: Place,
  { cascade, force, signal }: DeleteOptions,
): Promise<readonly Place[]> {
  const held = parts.cells.list().filter(({ id }) => isWithin(placeOfCell(id), place));
  const scopes = parts.scopeCommands.delete(place, { cascade, force });
  if (scopes === undefined) return [];
  await Promise.all(held.map(({ id }) => parts.controller.untilGone(id, signal)));
  await parts.scopeController.untilGone(place, signal);
  return [...held.flatMap(placesInCell), ...scopes];
}
