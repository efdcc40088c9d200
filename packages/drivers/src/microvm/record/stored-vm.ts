import type { CellId, ContainerRef, ContainerSpec } from '@capsule/core';
import type { MadeVm } from './made-vm.ts';

/**
 * A record as it is on the disk. A capsuled from before references finds the container of a record by `cell`
 * and `container` in its spec. capsuled still writes both, so a capsule that is rolled back keeps its
 * microVMs: nothing migrates this record back. An earlier capsuled also leaves fields alone that are added
 * here.
 */
export type StoredVm = Omit<MadeVm, 'spec'> & { readonly spec: StoredSpec };

type StoredSpec = Omit<ContainerSpec, 'ref'> &
  (
    | ContainerNames
    | { readonly ref: ContainerRef }
    | (ContainerNames & { readonly ref: ContainerRef })
  );

interface ContainerNames {
  readonly cell: CellId;
  readonly container: string;
}

/** Pure. */
export function vmToStored({ spec, ...rest }: MadeVm): StoredVm {
  return { ...rest, spec: { ...spec, ...spec.ref } };
}

/** Reads a record of the present or any earlier capsuled. Pure. */
export function vmFromStored({ spec, ...rest }: StoredVm): MadeVm {
  if (!('cell' in spec)) return { ...rest, spec };
  const { cell, container, ...same } = spec;
  return { ...rest, spec: { ...same, ref: { cell, container } } };
}

/** Returns whether a value has the fields by which a microVM is started. Pure. */
export function isStoredVm(value: unknown): value is StoredVm {
  const { id, spec, imageDigest, stopSignal } = fieldsOf(value);
  const { ref, cell, container, volumes, resources, files, logPath } = fieldsOf(spec);
  const hasTexts = [id, imageDigest, stopSignal, logPath].every((one) => typeof one === 'string');
  const hasLists = [volumes, files].every(Array.isArray) && typeof resources === 'object';
  return hasTexts && hasLists && (isRef(ref) || isRef({ cell, container }));
}

function isRef(value: unknown): value is ContainerRef {
  const { cell, container } = fieldsOf(value);
  return typeof container === 'string' && typeof fieldsOf(cell)['cell'] === 'string';
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Returns whether a record has all fields that capsuled writes now. Pure. */
export function isCurrent({ spec }: StoredVm): boolean {
  return 'cell' in spec && 'ref' in spec;
}
