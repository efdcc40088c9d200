import type { CellId, ContainerRef, DesiredState } from '@capsule/core';
import type { Feed } from '@capsule/engine';
import type { VolumeRecords } from './records.ts';

/** The access of volumes to the cells that use them. */
export interface VolumeUsers {
  /** Cells whose spec names the volume. */
  readonly namedBy: (volume: string) => readonly CellId[];
  readonly desiredOf: (cell: CellId) => DesiredState | undefined;
  readonly containersOf: (cell: CellId) => readonly ContainerRef[];
  /** The container is being stopped: paused, it would handle no signal and flush nothing. */
  readonly isStopping: (ref: ContainerRef) => boolean;
  readonly stop: (cell: CellId) => void;
  /** Called when another cell may take the volume. */
  readonly onRelease: (volume: string) => void;
}

export interface VolumeHoldersParts {
  readonly records: Pick<VolumeRecords, 'get'>;
  readonly users: Pick<VolumeUsers, 'desiredOf' | 'stop'>;
  readonly feed: Pick<Feed, 'changes'>;
}

/** Waits until cells release their volumes. */
export class VolumeHolders {
  readonly #parts: VolumeHoldersParts;

  constructor(parts: VolumeHoldersParts) {
    this.#parts = parts;
  }

  /**
   * Stops the holder for good, so that it does not return and miss its volume. A holder that is
   * being deleted releases the volume by itself.
   */
  stop(volume: string): void {
    const { records, users } = this.#parts;
    const holder = records.get(volume)?.holder;
    if (holder !== undefined && users.desiredOf(holder) === 'running') users.stop(holder);
  }

  /** Waits until a stopping cell has released a volume; does not wait for a running one. */
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
