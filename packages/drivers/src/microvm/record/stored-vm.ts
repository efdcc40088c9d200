import type { CellId, ContainerRef, ContainerSpec } from '@capsule/core';
import type { MadeVm } from './made-vm.ts';

/**
 * A record as it is on the disk. A capsuled from before references finds the container of a record by `cell` and
 * `container` in its spec. They stay in what is written, so that a capsule that goes back to it keeps its microVMs:
 * nothing migrates this record back. Whatever is added here is left alone by such a capsuled, too.
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

/** Of any capsuled, earlier or as of now. Pure. */
export function vmFromStored({ spec, ...rest }: StoredVm): MadeVm {
  if (!('cell' in spec)) return { ...rest, spec };
  const { cell, container, ...same } = spec;
  return { ...rest, spec: { ...same, ref: { cell, container } } };
}

/** Whether a record has all that is written now. Pure. */
export function isCurrent({ spec }: StoredVm): boolean {
  return 'cell' in spec && 'ref' in spec;
}
