import type { PauseReason } from '../../resource/cell/pause.ts';

/** Everything about the moment of an observation. */
export interface StatusClock {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long to wait before the n-th restart in a row. */
  readonly backOffMs: (streak: number) => number;
  /** The kernel has just reported that the workload ran out of memory. */
  readonly isOutOfMemory: boolean;
  /** The reasons for which the container is paused. */
  readonly pausedBy: readonly PauseReason[];
  /** The current watcher has begun no start yet: a start under way was begun by a process that died. */
  readonly isNewWatch: boolean;
}
