import { lineStartsBackward, readAt } from './line-blocks.ts';
import type { LogFile } from './log-chain.ts';
import type { LogCursor } from './log-cursor.ts';
import { HEAD_LIMIT_BYTES, parseLogLine } from './log-line.ts';

/** The start of a read: byte `offset` of `files[index]`. */
export interface LogStart {
  readonly index: number;
  readonly offset: number;
}

/**
 * Returns the start of the last `count` lines. The pieces of one long line count once. An unfinished line
 * does not count; it is returned once it is whole.
 */
export async function startOfTail(files: readonly LogFile[], count: number): Promise<LogStart> {
  const search = new TailSearch(count);
  for (const [index, file] of [...files.entries()].reverse()) {
    const newest = index === files.length - 1;
    let last = true;
    for await (const block of lineStartsBackward(file.handle, HEAD_LIMIT_BYTES)) {
      for (const { start, head } of block) {
        // The bytes after the last line feed: an unfinished line, or nothing.
        if (last && newest) search.found = { index, offset: start };
        else if (!last || head.length > 0) search.add({ index, offset: start }, head);
        last = false;
        if (search.done) return search.found;
      }
    }
  }
  return search.found;
}

/** Counts lines backward, up to the one before the first of the tail. */
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

/** Returns the position after the entry; undefined when no file has the entry any more. */
export async function startAfter(
  files: readonly LogFile[],
  cursor: LogCursor,
): Promise<LogStart | undefined> {
  const index = files.findIndex((file) => file.ino === cursor.ino);
  const file = files[index];
  if (file === undefined) return undefined;
  const line = await readAt(file.handle, cursor.start, cursor.end - cursor.start);
  if (line.length < cursor.end - cursor.start) return undefined;
  // The kernel reuses inode numbers, so the bytes must be those of the entry.
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
