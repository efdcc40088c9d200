import type { LogQuery, SystemLog, SystemLogEntry } from '@capsule/core';
import type { PlacedLine } from './log-reader.ts';
import { readLog } from './read-log.ts';

/**
 * Reads the capsule's own log, which its init writes: `<time> <service> F|P <text>`. Fails with
 * `LOG_CURSOR_INVALID`.
 */
export class SystemLogFile implements SystemLog {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  read(query: LogQuery, signal: AbortSignal): AsyncGenerator<SystemLogEntry> {
    return readLog(this.#path, query, { entryOf, signal });
  }
}

function entryOf({ source, time, partial, text, cursor, isAfterGap }: PlacedLine): SystemLogEntry {
  return { time, service: source, partial, text, cursor, ...(isAfterGap && { isAfterGap }) };
}
