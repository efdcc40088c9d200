import { logError } from './errors.ts';

/**
 * A position in a log: the entry at bytes `start` to `end` of the file with inode `ino`. Rotation renames
 * files, so the inode finds the entry again. When the file is gone, or another file has its inode number by
 * now, `time` decides which entries are new.
 */
export interface LogCursor {
  readonly ino: number;
  readonly start: number;
  readonly end: number;
  readonly time: string;
}

export function formatCursor(cursor: LogCursor): string {
  return `${cursor.ino}/${cursor.start}/${cursor.end}/${cursor.time}`;
}

const FORM = /^(\d{1,16})\/(\d{1,16})\/(\d{1,16})\/(\d[0-9T:.-]{18,28}Z)$/;

/** Fails with `LOG_CURSOR_INVALID`. */
export function parseCursor(text: string): LogCursor {
  const [, ino, start, end, time] = FORM.exec(text) ?? [];
  if (time === undefined || Number(end) <= Number(start)) {
    throw logError.CURSOR_INVALID({ cursor: text.slice(0, 100) });
  }
  return { ino: Number(ino), start: Number(start), end: Number(end), time };
}
