import { linesFrom, type RawLine, remainderFrom } from './line-blocks.ts';
import { closeAll, inodeOf, type LogFile, openChain } from './log-chain.ts';
import { formatCursor } from './log-cursor.ts';
import { type LogLine, parseLogLine } from './log-line.ts';
import type { LogStart } from './log-start.ts';

/** A line with the cursor after it. */
export interface PlacedLine extends LogLine {
  readonly cursor: string;
  /** True when lines between the one before it and this one may be lost. */
  readonly isAfterGap: boolean;
}

const UNKNOWN_TIME = '1970-01-01T00:00:00Z';

/**
 * A position in a log that moves forward, from file to file.
 *
 * INVARIANTS: `#files[0]` is the file being read, the others are newer, in order, and all are open, so
 * rotation takes nothing away from a reader. The reader leaves a file only after it has read it to its end
 * while a newer one existed: the writer had finished with it by then.
 */
export class LogReader implements AsyncDisposable {
  readonly #path: string;
  #files: readonly LogFile[];
  #offset = 0;
  #time = UNKNOWN_TIME;
  /** The first file after a gap, until a line of it has said so. All files are open: no other has its inode. */
  #afterGap: number | undefined;

  private constructor(path: string, files: readonly LogFile[]) {
    this.#path = path;
    this.#files = files;
  }

  static async open(path: string): Promise<LogReader> {
    return new LogReader(path, (await openChain(path)).files);
  }

  /** Oldest first. */
  get files(): readonly LogFile[] {
    return this.#files;
  }

  /** Moves to a position in `files`. `time` is that of the line before it. */
  async startAt(start: LogStart, time = UNKNOWN_TIME): Promise<void> {
    const passed = this.#files.slice(0, start.index);
    this.#files = this.#files.slice(start.index);
    this.#offset = start.offset;
    this.#time = time;
    await closeAll(passed);
  }

  /** Yields the lines from here to the end of the newest known file, a block at a time. */
  async *lines(): AsyncGenerator<readonly PlacedLine[]> {
    for (let file = this.#files[0]; file !== undefined; file = this.#files[0]) {
      const { ino } = file;
      for await (const block of linesFrom(file.handle, this.#offset)) {
        yield block.map((raw) => this.#place(ino, raw));
      }
      if (this.#files.length === 1) return;
      const torn = await remainderFrom(file.handle, this.#offset);
      if (torn !== undefined) yield [this.#place(ino, torn)];
      await this.startAt({ index: 1, offset: 0 }, this.#time);
    }
  }

  /** Looks for newer files, also where rotation removed some of them before, and for a truncated file. */
  async refresh(): Promise<void> {
    const last = this.#files.at(-1);
    if (last === undefined || (await inodeOf(this.#path)) !== last.ino) {
      const { files, isAfterGap } = await openChain(this.#path, last?.ino);
      if (isAfterGap) this.#afterGap = files[0]?.ino;
      this.#files = [...this.#files, ...files];
    } else if (this.#files.length === 1 && (await last.handle.stat()).size < this.#offset) {
      this.#offset = 0;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeAll(this.#files);
  }

  #place(ino: number, raw: RawLine): PlacedLine {
    const line = parseLogLine(raw.bytes);
    this.#time = line?.time ?? this.#time;
    this.#offset = raw.end;
    const isAfterGap = ino === this.#afterGap;
    if (isAfterGap) this.#afterGap = undefined;
    return {
      time: this.#time,
      source: line?.source ?? '',
      partial: raw.cut || line?.partial === true,
      text: line?.text ?? raw.bytes,
      cursor: formatCursor({ ino, start: raw.start, end: raw.end, time: this.#time }),
      isAfterGap,
    };
  }
}
