import type { LogEntry } from '../resource/workload/log-entry.ts';

export interface LogQuery {
  /** Go on after `LogEntry.cursor` of an earlier read. */
  readonly cursor?: string;
  /** Only the last n lines; undefined for all that is kept. */
  readonly tailLines?: number;
  /**
   * For lines written before the read: only those of this time or later; milliseconds since 1970. Followed
   * lines come whatever their time is, because clocks are set. No effect together with a cursor.
   */
  readonly since?: number;
  readonly follow: boolean;
  /** Aborts when nothing more will be written: following then ends at the end of the log. */
  readonly over?: AbortSignal;
}

/** Reads what log writers wrote, across rotation. Following ends when `signal` aborts. */
export interface LogStore {
  read(path: string, query: LogQuery, signal: AbortSignal): AsyncIterable<LogEntry>;
  exists(path: string): Promise<boolean>;
  /** Removes the file and its rotated siblings, and their folder when it is empty then. Idempotent. */
  remove(path: string): Promise<void>;
}
