import type { CellId, ContainerRef, DesiredState } from '@capsule/core';
import type { Feed } from '@capsule/engine';
import type { VolumeRecords } from './records.ts';

/** The cells, as volumes know them. */
export interface VolumeUsers {
  /** Cells whose spec names the volume. */
  readonly namedBy: (volume: string) => readonly CellId[];
  readonly desiredOf: (cell: CellId) => DesiredState | undefined;
  readonly containersOf: (cell: CellId) => readonly ContainerRef[];
  /** It is being stopped: what stands still ends by no signal, and flushes nothing. */
  readonly isStopping: (ref: ContainerRef) => boolean;
  readonly stop: (cell: CellId) => void;
  /** Told when another cell may take the volume now. */
  readonly onRelease: (volume: string) => void;
}

export interface VolumeHoldersParts {
  readonly records: Pick<VolumeRecords, 'get'>;
  readonly users: Pick<VolumeUsers, 'desiredOf' | 'stop'>;
  readonly feed: Pick<Feed, 'changes'>;
}

/** Waits for cells to let go of their volumes. */
export class VolumeHolders {
  readonly #parts: VolumeHoldersParts;

  constructor(parts: VolumeHoldersParts) {
    this.#parts = parts;
  }

  /**
   * The holder is stopped for good, so that it does not come back and miss its volume; one that is being
   * deleted lets go by itself.
   */
  stop(volume: string): void {
    const { records, users } = this.#parts;
    const holder = records.get(volume)?.holder;
    if (holder !== undefined && users.desiredOf(holder) === 'running') users.stop(holder);
  }

  /** Waits for a cell that was told to end to let go of a volume; for one that runs it does not. */
  async untilReleased(volume: string, signal: AbortSignal): Promise<void> {
    const changes = this.#parts.feed.changes(signal);
    try {
      while (this.#isLeaving(volume)) {
        if ((await changes.next()).done === true) return;
      }
    } finally {
      await changes.return(undefined);
    }
  }

  #isLeaving(volume: string): boolean {
    const { records, users } = this.#parts;
    const holder = records.get(volume)?.holder;
    const desired = holder === undefined ? undefined : users.desiredOf(holder);
    return desired !== undefined && desired !== 'running';
  }
}
