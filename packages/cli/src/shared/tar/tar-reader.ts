import { damaged } from './damaged.ts';
import { type Described, describeEntry } from './describe-entry.ts';
import { type HeaderBlock, parseHeaderBlock } from './header-block.ts';
import { parseNumber } from './number-field.ts';
import { type PaxRecords, parsePaxRecords } from './pax-records.ts';
import { checkRanges, LeadingMap, parseOldPairs, sizeOf } from './sparse-map.ts';
import { BLOCK_BYTES, type DataRange, paddingOf, type TarEntry } from './tar-entry.ts';

/** Receives the entries of an archive, in their order. An error of its calls ends the reading. */
export interface TarSink {
  begin(entry: TarEntry): void;
  /** Content of the entry that was begun, at its place; bytes are good only during the call. */
  data(bytes: Uint8Array, offset: number): void;
  end(): void;
  /** An entry of a type that no rule is for. */
  skip(name: Buffer, typeFlag: string): void;
}

/** Long names and extended headers larger than this are none of this world's. */
const META_BYTES_MOST = 8 * 1024 * 1024;
/** Each entry has them all. */
const GLOBALS_MOST = 1000;
const GLOBAL_BYTES_MOST = 1024 * 1024;
const OLD_RANGES_MOST = 1_000_000;

/**
 * Reads archives of every origin: v7, ustar, PAX, GNU with long names, and sparse files of all forms.
 * Calls its sink at once, so that thousands of small files cost no turn of the event loop each. Memory
 * is bounded whatever comes. Fails with `COPY_ARCHIVE_DAMAGED`.
 */
export class TarReader {
  readonly #sink: TarSink;
  /** Takes the next `#wanted` bytes together. */
  #next: (block: Buffer) => void = (block) => this.#header(block);
  #wanted = BLOCK_BYTES;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Content of the present entry that is to come, then what fills its last block. */
  #contentBytes = 0;
  #skipBytes = 0;
  #isEnded = false;
  /** Whether content goes to the sink. */
  #isOpen = false;
  #ranges: readonly DataRange[] = [];
  #range = 0;
  #rangeDone = 0;
  #globals: PaxRecords = [];
  #pax: PaxRecords | undefined;
  #longName: Buffer | undefined;
  #longTarget: Buffer | undefined;

  /** Headers in front of an entry, by their type. */
  readonly #extensions: Readonly<Record<string, (data: Buffer) => void>> = {
    x: (data) => this.#extend(data),
    X: (data) => this.#extend(data),
    g: (data) => this.#extendAll(data),
    L: (data) => {
      this.#longName = untilNul(data);
    },
    K: (data) => {
      this.#longTarget = untilNul(data);
    },
  };

  constructor(sink: TarSink) {
    this.#sink = sink;
  }

  /** The next bytes of the archive; what follows its end is of no meaning. */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    for (let at = 0; at < bytes.length && !this.#isEnded; ) {
      if (this.#contentBytes > 0) {
        const part = bytes.subarray(at, at + this.#contentBytes);
        this.#content(part);
        at += part.length;
      } else if (this.#skipBytes > 0) {
        const count = Math.min(this.#skipBytes, bytes.length - at);
        this.#skipBytes -= count;
        at += count;
      } else {
        at += this.#gather(bytes.subarray(at));
      }
    }
  }

  /** Everything has come. */
  finish(): void {
    if (!this.#isEnded) throw damaged('it ends too early');
  }

  #gather(bytes: Buffer): number {
    const part = bytes.subarray(0, this.#wanted - this.#heldBytes);
    if (this.#heldBytes === 0 && part.length === this.#wanted) {
      this.#next(part);
      return part.length;
    }
    // A copy: the caller may use the memory again.
    this.#held.push(Buffer.from(part));
    this.#heldBytes += part.length;
    if (this.#heldBytes === this.#wanted) {
      const whole = Buffer.concat(this.#held);
      this.#held = [];
      this.#heldBytes = 0;
      this.#next(whole);
    }
    return part.length;
  }

  #expect(bytes: number, next: (block: Buffer) => void): void {
    this.#wanted = bytes;
    this.#next = next;
  }

  #expectHeader(): void {
    this.#expect(BLOCK_BYTES, (block) => this.#header(block));
  }

  #header(chunk: Buffer): void {
    // A copy: the names in it outlive the chunk.
    const block = Buffer.from(chunk);
    const header = parseHeaderBlock(block);
    if (header === undefined) {
      this.#endArchive();
      return;
    }
    const extend = this.#extensions[header.typeFlag];
    if (extend === undefined) this.#entry(header, block);
    else this.#meta(header, extend);
  }

  #endArchive(): void {
    if (this.#pax ?? this.#longName ?? this.#longTarget) {
      throw damaged('it ends between an entry and its extended header');
    }
    this.#isEnded = true;
  }

  #extend(data: Buffer): void {
    this.#pax = parsePaxRecords(data);
  }

  #extendAll(data: Buffer): void {
    const merged = new Map([...this.#globals, ...parsePaxRecords(data)]);
    let bytes = 0;
    for (const [key, value] of merged) bytes += key.length + value.length;
    if (merged.size > GLOBALS_MOST || bytes > GLOBAL_BYTES_MOST) {
      throw damaged('it has too many global records');
    }
    this.#globals = [...merged];
  }

  #meta(header: HeaderBlock, use: (data: Buffer) => void): void {
    const size = sizeOf(header.size);
    if (size > META_BYTES_MOST) throw damaged('an extended header is too large');
    const done = (data: Buffer) => {
      use(data);
      this.#skipBytes = paddingOf(size);
      this.#expectHeader();
    };
    if (size === 0) done(Buffer.alloc(0));
    // A copy, which outlives the chunk.
    else this.#expect(size, (data) => done(Buffer.from(data)));
  }

  #entry(header: HeaderBlock, block: Buffer): void {
    const pax = this.#pax ?? [];
    const described = describeEntry(header, {
      pax: this.#globals.length === 0 ? pax : [...this.#globals, ...pax],
      longName: this.#longName,
      longTarget: this.#longTarget,
    });
    this.#pax = this.#longName = this.#longTarget = undefined;
    const { entry, storedBytes, sparse } = described;
    if (header.typeFlag === 'S') this.#oldSparse(described, block);
    else if (sparse === 'leading') this.#leadingMap(described);
    else this.#begin(described, sparse && checkRanges(sparse, entry.sizeBytes, storedBytes));
  }

  /** The map goes on in blocks of its own while a flag says so; they count as headers, not as content. */
  #oldSparse(described: Described, header: Buffer): void {
    const sizeBytes = sizeOf(parseNumber(header.subarray(483, 495), 'size'));
    const ranges = parseOldPairs(header, 386, 4);
    const begin = () => {
      // GNU tar ends a map with an empty range at the end of the file.
      checkRanges(ranges, sizeBytes, described.storedBytes);
      this.#begin({ ...described, entry: { ...described.entry, sizeBytes } }, ranges);
    };
    const more = (block: Buffer) => {
      ranges.push(...parseOldPairs(block, 0, 21));
      if (ranges.length > OLD_RANGES_MOST) throw damaged('a sparse map is too long');
      if (block[504] === 0) begin();
    };
    if (header[482] === 0) begin();
    else this.#expect(BLOCK_BYTES, more);
  }

  #leadingMap(described: Described): void {
    const { entry, storedBytes } = described;
    const map = new LeadingMap();
    this.#expect(BLOCK_BYTES, (block) => {
      const ranges = map.take(block);
      if (map.bytes > storedBytes) throw damaged('a sparse map is malformed');
      if (ranges === undefined) return;
      const rest = storedBytes - map.bytes;
      this.#begin({ ...described, storedBytes: rest }, checkRanges(ranges, entry.sizeBytes, rest));
    });
  }

  #begin({ entry, unknownType, storedBytes }: Described, ranges?: readonly DataRange[]): void {
    this.#expectHeader();
    this.#skipBytes = paddingOf(storedBytes);
    this.#isOpen = unknownType === undefined && entry.type === 'file';
    this.#ranges = ranges ?? [{ offset: 0, length: storedBytes }];
    this.#range = this.#rangeDone = 0;
    this.#contentBytes = storedBytes;
    if (unknownType !== undefined) {
      this.#sink.skip(entry.name, unknownType);
      return;
    }
    this.#sink.begin(ranges === undefined ? entry : { ...entry, ranges });
    if (storedBytes === 0 || !this.#isOpen) this.#sink.end();
  }

  #content(bytes: Buffer): void {
    this.#contentBytes -= bytes.length;
    if (!this.#isOpen) return;
    for (let at = 0; at < bytes.length; ) {
      const { offset, length } = this.#ranges[this.#range] ?? { offset: 0, length: bytes.length };
      const part = bytes.subarray(at, at + length - this.#rangeDone);
      if (part.length > 0) this.#sink.data(part, offset + this.#rangeDone);
      at += part.length;
      this.#rangeDone += part.length;
      if (this.#rangeDone === length) {
        this.#range += 1;
        this.#rangeDone = 0;
      }
    }
    if (this.#contentBytes === 0) this.#sink.end();
  }
}

function untilNul(data: Buffer): Buffer {
  const end = data.indexOf(0);
  return end < 0 ? data : data.subarray(0, end);
}
