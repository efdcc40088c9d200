export type LogStream = 'stdout' | 'stderr';

/** One line (or one piece of a very long line) that a workload wrote. */
export interface LogEntry {
  /** RFC 3339 with nanoseconds, as the log writer stamped it. */
  readonly time: string;
  readonly stream: LogStream;
  /** True when the line goes on in the next entry of the same stream. */
  readonly partial: boolean;
  /** The bytes of the line, without the line feed. */
  readonly text: Uint8Array;
  /** Where reading goes on after this entry; opaque. */
  readonly cursor: string;
  /** True when the log no longer keeps lines that may have come before this one. */
  readonly isAfterGap?: boolean;
}
