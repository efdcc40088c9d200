import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { CutPoint } from './cut-points.ts';
import type { LoggedRequest, WriteLog } from './write-log.ts';

const SECTOR_BYTES = 512;

/** A sum over sectors in which each one can be taken back: two halves, because one alone would be equal for different disks. */
type Sum = readonly [number, number];

/** A part of the disk that does not count. */
export interface IgnoredRange {
  readonly from: number;
  readonly to: number;
}

/** The requests of a log by the content of the sectors that they leave. */
export class CutStates {
  readonly #base: FileHandle;
  readonly #log: WriteLog;
  readonly #ignored: readonly IgnoredRange[];
  readonly #contents = new Map<number, readonly Sum[]>();
  readonly #ofBase = new Map<number, Sum>();
  /** After the requests before this one. */
  #flushed = 0;
  #sum: Sum = [0, 0];
  readonly #sectors = new Map<number, Sum>();

  private constructor(base: FileHandle, log: WriteLog, ignored: readonly IgnoredRange[]) {
    this.#base = base;
    this.#log = log;
    this.#ignored = ignored;
  }

  static async open(
    image: string,
    log: WriteLog,
    ignored: readonly IgnoredRange[],
  ): Promise<CutStates> {
    return new CutStates(await open(image, 'r'), log, ignored);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#base.close();
  }

  /** Equal for two disks with the same content outside of the ignored ranges. Cuts have to come in the order of their flushes. */
  async stateOf({ flushed, survivors }: CutPoint): Promise<string> {
    for (; this.#flushed < flushed; this.#flushed++) {
      this.#sum = await this.#apply(this.#flushed, this.#sum, this.#sectors);
    }
    const over = new Map<number, Sum>();
    let sum = this.#sum;
    for (const at of survivors) sum = await this.#apply(at, sum, over);
    return sum.join(' ');
  }

  async #apply(at: number, from: Sum, into: Map<number, Sum>): Promise<Sum> {
    const request = this.#log.requests[at];
    if (request === undefined || request.kind === 'flush' || this.#isIgnored(request)) return from;
    let [high, low] = from;
    for (const [index, content] of (await this.#contentsOf(at, request)).entries()) {
      const sector = request.offset / SECTOR_BYTES + index;
      const before = into.get(sector) ?? this.#sectors.get(sector) ?? (await this.#baseOf(sector));
      high ^= before[0] ^ content[0];
      low ^= before[1] ^ content[1];
      into.set(sector, content);
    }
    return [high, low];
  }

  async #contentsOf(at: number, request: LoggedRequest): Promise<readonly Sum[]> {
    const known = this.#contents.get(at);
    if (known !== undefined) return known;
    const data =
      request.kind === 'write' ? await this.#log.data(request) : Buffer.alloc(request.bytes);
    const first = request.offset / SECTOR_BYTES;
    const sums = Array.from({ length: request.bytes / SECTOR_BYTES }, (_, index) =>
      sumOf(first + index, data.subarray(index * SECTOR_BYTES, (index + 1) * SECTOR_BYTES)),
    );
    this.#contents.set(at, sums);
    return sums;
  }

  async #baseOf(sector: number): Promise<Sum> {
    const known = this.#ofBase.get(sector);
    if (known !== undefined) return known;
    const data = Buffer.alloc(SECTOR_BYTES);
    await this.#base.read(data, 0, SECTOR_BYTES, sector * SECTOR_BYTES);
    const sum = sumOf(sector, data);
    this.#ofBase.set(sector, sum);
    return sum;
  }

  #isIgnored({ offset }: LoggedRequest): boolean {
    return this.#ignored.some(({ from, to }) => offset >= from && offset < to);
  }
}

const ZEROS = Buffer.alloc(SECTOR_BYTES);

/** A sector of zeros counts for nothing: most of a disk is empty. */
function sumOf(sector: number, data: Buffer): Sum {
  if (data.equals(ZEROS)) return [0, 0];
  const hash = createHash('sha1').update(`${sector} `).update(data).digest();
  return [hash.readInt32LE(0), hash.readInt32LE(4)];
}
