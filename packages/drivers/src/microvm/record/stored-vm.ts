import type { CellId, ContainerSpec } from '@capsule/core';
import type { MadeVm } from './made-vm.ts';

/** A record as it is on the disk: one of an earlier capsuled names its container in two fields of the spec. */
export type StoredVm = Omit<MadeVm, 'spec'> & { readonly spec: ContainerSpec | EarlierSpec };

type EarlierSpec = Omit<ContainerSpec, 'ref'> & {
  readonly cell: CellId;
  readonly container: string;
};

/** Pure. */
export function vmFromStored({ spec, ...rest }: StoredVm): MadeVm {
  if ('ref' in spec) return { ...rest, spec };
  const { cell, container, ...same } = spec;
  return { ...rest, spec: { ...same, ref: { cell, container } } };
}
