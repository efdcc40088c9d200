import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LogEntry, LogQuery, LogStore } from '@capsule/core';
import { removeEmptyFolder } from '@capsule/host';
import { listChain } from './log-chain.ts';
import type { PlacedLine } from './log-reader.ts';
import { readLog } from './read-log.ts';

/**
 * Reads the logs that `capsule-log` writes for each container: `<time> stdout|stderr F|P <text>` in `path`,
 * which rotation renames to `path.1`, `path.2`, …. Stateless: a cursor is valid in any later process. Fails
 * with `LOG_CURSOR_INVALID`.
 */
export class FileLogs implements LogStore {
  read(path: string, query: LogQuery, signal: AbortSignal): AsyncGenerator<LogEntry> {
    return readLog(path, query, { entryOf, signal });
  }

  async exists(path: string): Promise<boolean> {
    return (await listChain(path)).length > 0;
  }

  async remove(path: string): Promise<void> {
    // Oldest first, so an interrupted removal leaves the newest lines.
    for (const file of await listChain(path)) await rm(file, { force: true });
    // The folder may contain other logs.
    await removeEmptyFolder(dirname(path));
  }
}

function entryOf({ source, time, partial, text, cursor, isAfterGap }: PlacedLine): LogEntry {
  return {
    time,
    stream: source === 'stderr' ? 'stderr' : 'stdout',
    partial,
    text,
    cursor,
    ...(isAfterGap && { isAfterGap }),
  };
}
