import { lineStartsBackward, readAt } from './line-blocks.ts';
import type { LogFile } from './log-chain.ts';
import type { LogCursor } from './log-cursor.ts';
import { HEAD_LIMIT_BYTES, parseLogLine } from './log-line.ts';

/** Where reading begins: in the file `files[index]`, at byte `offset`. */
export interface LogStart {
  readonly index: number;
  readonly offset: number;
}

/**
 * Where the last `count` lines begin. Pieces of one long line count once. A line whose writer is
 * still in the middle of it does not count; it comes when it is whole.
 */
export async function startOfTail(files: readonly LogFile[], count: number): Promise<LogStart> {
  const search = new TailSearch(count);
  for (const [index, file] of [...files.entries()].reverse()) {
    const newest = index === files.length - 1;
    let last = true;
    for await (const block of lineStartsBackward(file.handle, HEAD_LIMIT_BYTES)) {
      for (const { start, head } of block) {
        // What follows the last line feed: not a line yet, or none at all.
        if (last && newest) search.found = { index, offset: start };
        else if (!last || head.length > 0) search.add({ index, offset: start }, head);
        last = false;
        if (search.done) return search.found;
      }
    }
  }
  return search.found;
}

/** Counts lines backward, until the one before the first that is wanted is met. */
class TailSearch {
  readonly #count: number;
  #counted = 0;
  #lineBelow = false;
  found: LogStart = { index: 0, offset: 0 };
  done = false;

  constructor(count: number) {
    this.#count = count;
  }

  add(start: LogStart, head: Buffer): void {
    const goesOnBelow = this.#lineBelow && parseLogLine(firstLine(head))?.partial === true;
    if (!goesOnBelow && this.#counted === this.#count) {
      this.done = true;
      return;
    }
    if (!goesOnBelow) this.#counted += 1;
    this.#lineBelow = true;
    this.found = start;
  }
}

/** The place after the entry, or `undefined` when no file holds the entry any more. */
export async function startAfter(
  files: readonly LogFile[],
  cursor: LogCursor,
): Promise<LogStart | undefined> {
  const index = files.findIndex((file) => file.ino === cursor.ino);
  const file = files[index];
  if (file === undefined) return undefined;
  const line = await readAt(file.handle, cursor.start, cursor.end - cursor.start);
  if (line.length < cursor.end - cursor.start) return undefined;
  // An inode number is used again once its file is gone: the bytes must be those of the entry.
  const before =
    cursor.start === 0 ? '\n' : (await readAt(file.handle, cursor.start - 1, 1)).toString();
  const parsed = parseLogLine(line);
  if (before !== '\n' || (parsed !== undefined && parsed.time !== cursor.time)) return undefined;
  return { index, offset: cursor.end };
}

function firstLine(head: Buffer): Buffer {
  const feed = head.indexOf(0x0a);
  return feed === -1 ? head : head.subarray(0, feed);
}
