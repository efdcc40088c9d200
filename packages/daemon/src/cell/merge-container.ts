import {
  type CellDocument,
  type CellRecord,
  type ContainerDocument,
  containerKey,
  documentOfCell,
  nameOfCell,
} from '@capsule/core';
import { cellError } from './errors.ts';

/** A cell with one more or one changed container, and the container as it was. */
export interface MergedCell {
  readonly document: CellDocument;
  readonly known: ContainerDocument | undefined;
}

/** The cell without the containers that are on their way out: nothing keeps or compares these. Pure. */
export function stayingOf(record: CellRecord): CellRecord {
  return {
    ...record,
    containers: record.containers.filter(({ desired }) => desired !== 'deleting'),
  };
}

/**
 * Puts a container into its cell. The first container of a cell becomes its root. Fails with
 * `CELL_ROOT_EXISTS` for a second root. Pure.
 */
export function mergeContainer(
  record: CellRecord | undefined,
  container: ContainerDocument,
): MergedCell {
  const { ref } = container;
  const stored = record && documentOfCell(stayingOf(record));
  const containers = stored?.containers ?? [];
  const known = containers.find((one) => containerKey(one.ref) === containerKey(ref));
  const root = containers.find(({ isRoot }) => isRoot);
  if (container.isRoot === true && root !== undefined && root !== known) {
    const facts = { root: root.ref.container, container: ref.container };
    throw cellError.ROOT_EXISTS({ cell: nameOfCell(ref.cell), ...facts });
  }
  const next = { ...container, isRoot: root === undefined || root === known };
  return {
    document: {
      id: ref.cell,
      labels: stored?.labels ?? {},
      containers:
        known === undefined
          ? [...containers, next]
          : containers.map((one) => (one === known ? next : one)),
    },
    known,
  };
}
