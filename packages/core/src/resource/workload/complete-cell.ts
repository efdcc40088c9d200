import type { CellSpec } from '../cell/cell.ts';
import type { CellContainer } from '../cell/container.ts';
import { MICRO_VM_DEFAULTS } from '../cell/micro-vm.ts';
import { completeSpec } from './complete-spec.ts';
import { splitWorkload } from './flat-workload.ts';

const USUAL = splitWorkload(completeSpec({ name: '', image: '' }));

/** Fills in the defaults of fields that did not exist when the cell was stored. Pure. */
export function completeCell(stored: Partial<CellSpec>): CellSpec {
  const whole = { ...USUAL.cell, ...stored };
  if (whole.kind !== 'microVm') return whole;
  return { ...whole, microVm: { ...MICRO_VM_DEFAULTS, ...whole.microVm } };
}

/** The same for a container. Pure. */
export function completeContainer(stored: Partial<CellContainer>): CellContainer {
  return { ...USUAL.container, ...stored };
}
