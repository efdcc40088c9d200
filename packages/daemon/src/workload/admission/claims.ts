import {
  type CellRecord,
  cellKey,
  containerKey,
  joinWorkload,
  nameOfContainer,
  type WorkloadRecord,
  workloadOfCell,
} from '@capsule/core';

/**
 * Each container of a cell with the fields that it shares, in the form of a flat workload: checks then need to know one
 * form only. Pure.
 */
export function claimsOf({ spec, containers, createdAt }: CellRecord): readonly WorkloadRecord[] {
  return containers.map((container) => ({
    ...container,
    createdAt,
    spec: joinWorkload(nameOfContainer(container.ref), spec, container.spec),
  }));
}

/** The root of a cell in that form; undefined while there is none. Pure. */
export function rootOfRecord(record: CellRecord | undefined): WorkloadRecord | undefined {
  return record && (workloadOfCell(record) ?? claimsOf(record)[0]);
}

/** Pure. */
export function isSameContainer(
  a: Pick<WorkloadRecord, 'ref'>,
  b: Pick<WorkloadRecord, 'ref'>,
): boolean {
  return containerKey(a.ref) === containerKey(b.ref);
}

/** Pure. */
export function isSameCell(
  a: Pick<WorkloadRecord, 'ref'>,
  b: Pick<WorkloadRecord, 'ref'>,
): boolean {
  return cellKey(a.ref.cell) === cellKey(b.ref.cell);
}
