import { type CellId, type ContainerRef, volumesOf, type WorkloadStatus } from '@capsule/core';
import type { Cells } from '../store/cells.ts';
import type { VolumeUsers } from '../volume/holders.ts';

export interface VolumeUsersParts {
  readonly cells: Pick<Cells, 'get' | 'list'>;
  readonly statusOf: (ref: ContainerRef) => WorkloadStatus;
  readonly stop: (cell: CellId) => void;
  /** Wakes the reconcile of a cell. */
  readonly wake: (cell: CellId) => void;
}

/** Gives volumes access to the cells that use them. */
export function volumeUsers({ cells, statusOf, stop, wake }: VolumeUsersParts): VolumeUsers {
  const naming = (volume: string) =>
    cells.list().filter((record) => volumesOf(record).includes(volume));
  return {
    namedBy: (volume) => {
      const wanted = naming(volume).filter(({ desired }) => desired !== 'deleting');
      return wanted.map(({ id }) => id);
    },
    stop,
    desiredOf: (cell) => cells.get(cell)?.desired,
    containersOf: (cell) => cells.get(cell)?.containers.map(({ ref }) => ref) ?? [],
    isStopping: (ref) => statusOf(ref).progress?.stage === 'stopping',
    onRelease: (volume) => {
      for (const { id } of naming(volume)) wake(id);
    },
  };
}
