import { damaged } from './damaged.ts';
import { parseNumber } from './number-field.ts';
import type { PaxRecords } from './pax-records.ts';
import { BLOCK_BYTES, type DataRange, paddingOf } from './tar-entry.ts';

/** More ranges than this are no map that a filesystem made. */
const RANGES_MOST = 1_000_000;
const OLD_PAIR_BYTES = 24;

/**
 * Ranges of a file: in order, apart, within it, and together as long as what the archive holds of it.
 * Fails with `COPY_ARCHIVE_DAMAGED`. Pure.
 */
export function checkRanges(
  ranges: readonly DataRange[],
  sizeBytes: number,
  storedBytes: number,
): readonly DataRange[] {
  let end = 0;
  let stored = 0;
  for (const { offset, length } of ranges) {
    if (offset < end) throw damaged('the parts of a sparse file are out of order');
    end = offset + length;
    stored += length;
    if (end > sizeBytes) throw damaged('a part of a sparse file is past its end');
  }
  if (stored !== storedBytes) throw damaged('a sparse file is not as long as its parts');
  return ranges;
}

/** Old GNU: pairs in a header block (from 386, 4 of them), or in a block of their own (from 0, 21). Pure. */
export function parseOldPairs(block: Buffer, at: number, count: number): DataRange[] {
  const ranges: DataRange[] = [];
  for (let pair = 0; pair < count; pair += 1) {
    const from = at + pair * OLD_PAIR_BYTES;
    // Unused pairs are empty.
    if (block[from] === 0 && block[from + 12] === 0) continue;
    const offset = parseNumber(block.subarray(from, from + 12), 'sparse map');
    const length = parseNumber(block.subarray(from + 12, from + 24), 'sparse map');
    ranges.push({ offset: sizeOf(offset), length: sizeOf(length) });
  }
  return ranges;
}

/** PAX 0.0: the keys `offset` and `numbytes` in turn. PAX 0.1: all numbers in one `map`. Pure. */
export function parsePaxMap(records: PaxRecords): DataRange[] {
  const map = records.findLast(([key]) => key === 'GNU.sparse.map')?.[1];
  const pairs = records.filter(
    ([key]) => key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes',
  );
  if (map === undefined && pairs.some(([key], at) => key.endsWith('offset') !== (at % 2 === 0))) {
    throw damaged('a sparse map is malformed');
  }
  const text = map?.toString('latin1');
  const words = text === undefined ? pairs.map(([, value]) => value.toString('latin1')) : [];
  return rangesOf(text === undefined || text === '' ? words : text.split(','));
}

/**
 * PAX 1.0: the map stands in front of the content: how many ranges, then their numbers, one a line, filled
 * up to a block. Takes blocks until it is whole. Fails with `COPY_ARCHIVE_DAMAGED`.
 */
export class LeadingMap {
  readonly #numbers: string[] = [];
  #tail = '';
  #bytes = 0;

  /** Blocks taken, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Answers the ranges with the last block of the map. */
  take(block: Buffer): readonly DataRange[] | undefined {
    this.#bytes += block.length;
    const lines = (this.#tail + block.toString('latin1')).split('\n');
    this.#tail = lines.pop() ?? '';
    if (this.#tail.length > BLOCK_BYTES) throw damaged('a sparse map is malformed');
    for (const line of lines) this.#numbers.push(line);
    const count = Number(readCount(this.#numbers[0]));
    if (this.#numbers.length < 1 + 2 * count) return undefined;
    return rangesOf(this.#numbers.slice(1, 1 + 2 * count));
  }
}

/** A map of PAX 1.0, filled up to a block. Pure. */
export function formatLeadingMap(ranges: readonly DataRange[]): Buffer {
  const numbers = ranges.flatMap(({ offset, length }) => [offset, length]);
  const text = Buffer.from(`${[ranges.length, ...numbers].join('\n')}\n`, 'latin1');
  return Buffer.concat([text, Buffer.alloc(paddingOf(text.length))]);
}

/** A size or an offset. Fails with `COPY_ARCHIVE_DAMAGED`. Pure. */
export function sizeOf(value: bigint): number {
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw damaged(`the size ${value} is out of range`);
  }
  return Number(value);
}

function readCount(text: string | undefined): bigint {
  const count = decimal(text ?? '');
  if (count > BigInt(RANGES_MOST)) throw damaged('a sparse map is too long');
  return count;
}

function rangesOf(words: readonly string[]): DataRange[] {
  if (words.length % 2 !== 0) throw damaged('a sparse map is malformed');
  const ranges: DataRange[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [offset = '', length = ''] = [words[at], words[at + 1]];
    ranges.push({ offset: sizeOf(decimal(offset)), length: sizeOf(decimal(length)) });
  }
  return ranges;
}

/** Digits of PAX. Fails with `COPY_ARCHIVE_DAMAGED`. Pure. */
export function decimal(text: string): bigint {
  if (!/^\d{1,20}$/.test(text))
    throw damaged(`${JSON.stringify(text.slice(0, 40))} is not a number`);
  return BigInt(text);
}
