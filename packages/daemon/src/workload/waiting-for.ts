import {
  type CellSpec,
  type ContainerRef,
  cellOfWorkload,
  isReady,
  isSettled,
  type WorkloadStatus,
} from '@capsule/core';
import type { Cells } from '../store/cells.ts';

export interface WaitingForParts {
  readonly cells: Pick<Cells, 'get'>;
  readonly statusOf: (ref: ContainerRef) => WorkloadStatus;
}

/** Returns the workloads that a cell needs and that are not ready. */
export function waitingFor(
  { dependsOn }: Pick<CellSpec, 'dependsOn'>,
  { cells, statusOf }: WaitingForParts,
): readonly string[] {
  return dependsOn.filter((name) => {
    const needed = cells.get(cellOfWorkload(name))?.containers ?? [];
    const isThere = needed.every((one) => isSettled(one, statusOf(one.ref), isReady));
    return needed.length === 0 || !isThere;
  });
}
