import type { FileHandle } from 'node:fs/promises';

/** A line at bytes `start` to `end` of its file, `end` counting the line feed. */
export interface RawLine {
  readonly start: number;
  readonly end: number;
  /** Without the line feed. */
  readonly bytes: Buffer;
  /** Too long: the rest of the line comes as the next one. */
  readonly cut: boolean;
}

/** Four times the longest line of the log writer: only a file of somebody else has longer ones. */
const BLOCK_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

/**
 * Lines from byte `from` to the end of the file, in order, a block at a time. What follows the last
 * line feed is left alone, for its writer may be in the middle of it.
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

/** What follows byte `from` in a file that nobody writes any more; `undefined` when nothing does. */
export async function remainderFrom(
  handle: FileHandle,
  from: number,
): Promise<RawLine | undefined> {
  const bytes = await readAt(handle, from, BLOCK_BYTES);
  if (bytes.length === 0) return undefined;
  return { start: from, end: from + bytes.length, bytes, cut: false };
}

/** Where a line begins, and the first bytes of what follows. */
export interface LineStart {
  readonly start: number;
  readonly head: Buffer;
}

/**
 * Where lines begin, last line first, a block at a time. Starts with the place after the last line
 * feed, whose head is the unfinished line (empty when there is none).
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

/** Fewer bytes than asked for only at the end of the file. */
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
