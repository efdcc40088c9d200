import type { LogQuery } from './log-store.ts';

/** One line that a service of the capsule wrote: its init, containerd, capsuled. */
export interface SystemLogEntry {
  /** RFC 3339, UTC. */
  readonly time: string;
  /** Empty for a line that is not in the log's form. */
  readonly service: string;
  /** True when the line goes on in the next entry of the same service. */
  readonly partial: boolean;
  /** The bytes of the line, without the line feed. */
  readonly text: Uint8Array;
  /** Where reading goes on after this entry; opaque. */
  readonly cursor: string;
  /** True when the log no longer keeps lines that may have come before this one. */
  readonly isAfterGap?: boolean;
}

/** Reads the capsule's own log, across rotation. Following ends when `signal` aborts. */
export interface SystemLog {
  read(query: LogQuery, signal: AbortSignal): AsyncIterable<SystemLogEntry>;
}
