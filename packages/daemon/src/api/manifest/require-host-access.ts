import {
  type CellDocument,
  type CellId,
  type CellRecord,
  cellSpecOf,
  containerSpecOf,
  joinWorkload,
} from '@capsule/core';
import type { DesiredCell } from '../../cell/apply.ts';
import type { Caller } from '../../identity/caller.ts';
import { requireHostAccess } from '../access/require-host-access.ts';
import { type ReadResources, readable } from './read-resources.ts';

/**
 * Fails with `AUTH_HOST_ACCESS_MISSING` if a resource of an apply reaches the host and the caller may not. A container
 * that joins a stored cell also has the reach of that cell: its network may be the host's.
 */
export function requireAllHostAccess(
  caller: Caller,
  read: Pick<ReadResources, 'workloads' | 'cells'>,
  cellOf: (id: CellId) => CellRecord | undefined,
): void {
  for (const { spec } of readable(read.workloads)) requireHostAccess(caller, spec.name, spec);
  for (const desired of readable(read.cells)) {
    for (const spec of specsOf(desired, cellOf)) requireHostAccess(caller, spec.name, spec);
  }
}

function specsOf(desired: DesiredCell, cellOf: (id: CellId) => CellRecord | undefined) {
  if (desired.cell !== undefined) return specsOfCell(desired.cell);
  const { container } = desired;
  const stored = cellOf(container.ref.cell);
  const joined =
    stored && joinWorkload(container.ref.container, stored.spec, containerSpecOf(container));
  return [container.spec, ...(joined === undefined ? [] : [joined])];
}

function specsOfCell(cell: CellDocument) {
  const shared = cellSpecOf(cell);
  return cell.containers.map((one) =>
    joinWorkload(one.ref.container, shared, containerSpecOf(one)),
  );
}
