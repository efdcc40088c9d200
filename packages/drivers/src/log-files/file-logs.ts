import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LogEntry, LogQuery, LogStore } from '@capsule/core';
import { removeEmptyFolder } from '@capsule/host';
import { listChain } from './log-chain.ts';
import type { PlacedLine } from './log-reader.ts';
import { readLog } from './read-log.ts';

/**
 * Reads what `capsule-log` writes for each container: `<time> stdout|stderr F|P <text>` in `path`,
 * which rotation renames to `path.1`, `path.2`, …. No state of its own: a cursor is good for any
 * later process. Fails with `LOG_CURSOR_INVALID`.
 */
export class FileLogs implements LogStore {
  read(path: string, query: LogQuery, signal: AbortSignal): AsyncGenerator<LogEntry> {
    return readLog(path, query, { entryOf, signal });
  }

  async exists(path: string): Promise<boolean> {
    return (await listChain(path)).length > 0;
  }

  async remove(path: string): Promise<void> {
    // Oldest first, so that a remove that is cut short leaves the newest lines.
    for (const file of await listChain(path)) await rm(file, { force: true });
    // Other logs may live in the folder.
    await removeEmptyFolder(dirname(path));
  }
}

function entryOf({ source, time, partial, text, cursor }: PlacedLine): LogEntry {
  return { time, stream: source === 'stderr' ? 'stderr' : 'stdout', partial, text, cursor };
}
