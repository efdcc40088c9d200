import type { FileHandle } from 'node:fs/promises';

/** A line at bytes `start` to `end` of its file; `end` is after the line feed. */
export interface RawLine {
  readonly start: number;
  readonly end: number;
  /** Without the line feed. */
  readonly bytes: Buffer;
  /** True for a piece of a line that is too long; the next one continues it. */
  readonly cut: boolean;
}

/** Four times the longest line of the log writer: only foreign files have longer ones. */
const BLOCK_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

/**
 * Yields the lines from byte `from` to the end of the file, in order, a block at a time. Bytes after the last
 * line feed are left out, because their writer may not have finished them.
 */
export async function* linesFrom(
  handle: FileHandle,
  from: number,
): AsyncGenerator<readonly RawLine[]> {
  for (let start = from; ; ) {
    const block = await readAt(handle, start, BLOCK_BYTES);
    const lines = linesOf(block, start);
    const end = lines.at(-1)?.end;
    if (end === undefined) return;
    yield lines;
    start = end;
  }
}

/** Returns the bytes after `from` in a file that is no longer written; undefined when there are none. */
export async function remainderFrom(
  handle: FileHandle,
  from: number,
): Promise<RawLine | undefined> {
  const bytes = await readAt(handle, from, BLOCK_BYTES);
  if (bytes.length === 0) return undefined;
  return { start: from, end: from + bytes.length, bytes, cut: false };
}

/** The start of a line, and its first bytes. */
export interface LineStart {
  readonly start: number;
  readonly head: Buffer;
}

/**
 * Yields the starts of lines, last line first, a block at a time. The first one is after the last line feed;
 * its head is the unfinished line, empty when there is none.
 */
export async function* lineStartsBackward(
  handle: FileHandle,
  headBytes: number,
): AsyncGenerator<readonly LineStart[]> {
  let after: Buffer = Buffer.alloc(0);
  for (let end = (await handle.stat()).size; end > 0; ) {
    const from = Math.max(0, end - BLOCK_BYTES);
    const block = await readAt(handle, from, end - from);
    const data = Buffer.concat([block, after]);
    yield feedsBackward(block).map((feed) => ({
      start: from + feed + 1,
      head: data.subarray(feed + 1, feed + 1 + headBytes),
    }));
    after = data.subarray(0, headBytes);
    end = from;
  }
  yield [{ start: 0, head: after }];
}

/** Returns fewer than `length` bytes only at the end of the file. */
export async function readAt(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function linesOf(block: Buffer, from: number): readonly RawLine[] {
  const lines: RawLine[] = [];
  let begin = 0;
  for (let feed = block.indexOf(LINE_FEED); feed !== -1; feed = block.indexOf(LINE_FEED, begin)) {
    const bytes = block.subarray(begin, feed);
    lines.push({ start: from + begin, end: from + feed + 1, bytes, cut: false });
    begin = feed + 1;
  }
  if (begin === 0 && block.length === BLOCK_BYTES) {
    lines.push({ start: from, end: from + block.length, bytes: block, cut: true });
  }
  return lines;
}

function feedsBackward(block: Buffer): readonly number[] {
  const feeds: number[] = [];
  for (
    let feed = block.indexOf(LINE_FEED);
    feed !== -1;
    feed = block.indexOf(LINE_FEED, feed + 1)
  ) {
    feeds.push(feed);
  }
  return feeds.reverse();
}
