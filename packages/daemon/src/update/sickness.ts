import type { CapsuleError, CellRecord, ContainerRef, WorkloadStatus } from '@capsule/core';
import { cellKey, isCapsuleError } from '@capsule/core';

export interface HealthParts {
  readonly probeRuntime: (
    signal: AbortSignal,
  ) => Promise<{ readonly ok: boolean; readonly detail: string }>;
  readonly probeVolumes: (
    signal: AbortSignal,
  ) => Promise<{ readonly ok: boolean; readonly detail: string }>;
  readonly hasAddress: () => Promise<boolean>;
  /** The cells, or the error that makes their store unusable. */
  readonly cells: CellsSeen | CapsuleError;
}

export interface CellsSeen {
  readonly list: () => readonly CellRecord[];
  readonly statusOf: (ref: ContainerRef) => WorkloadStatus;
}

const NO_ADDRESS = 'the machine had an address before, and has none';

/** Returns the keys of the cells in which a container runs. */
export function runningCells({ list, statusOf }: CellsSeen): readonly string[] {
  return list()
    .filter(({ containers }) => containers.some(({ ref }) => statusOf(ref).phase === 'running'))
    .map(({ id }) => cellKey(id));
}

/** The state of the machine before the update. */
export interface Before {
  readonly cells: readonly string[];
  readonly hadAddress: boolean;
}

/**
 * Returns the first reason why a system on trial does not do its work: the store, the container runtime, the
 * volumes, the network, or a cell that ran before the update and does not run now. Undefined: it does its work.
 */
export async function findSickness(
  { probeRuntime, probeVolumes, hasAddress, cells }: HealthParts,
  before: Before,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (isCapsuleError(cells)) return cells.message;
  const runtime = await probeRuntime(signal);
  if (!runtime.ok) return runtime.detail;
  const volumes = await probeVolumes(signal);
  if (!volumes.ok) return volumes.detail;
  if (before.hadAddress && !(await hasAddress())) return NO_ADDRESS;
  const down = cells
    .list()
    .find((cell) => before.cells.includes(cellKey(cell.id)) && isDown(cell, cells));
  return down === undefined ? undefined : `the cell ${down.id.cell} ran before and does not run`;
}

/** A job that has ended well is not down, and neither is a cell that the operator stopped or deleted. */
function isDown({ desired, containers }: CellRecord, { statusOf }: CellsSeen): boolean {
  if (desired !== 'running') return false;
  const wanted = containers.filter((container) => container.desired === 'running');
  return wanted.some(({ ref }) => !['running', 'stopped'].includes(statusOf(ref).phase));
}
