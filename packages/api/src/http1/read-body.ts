import { BrokenConnection } from './broken-connection.ts';
import type { ByteSource, NextBytes } from './byte-source.ts';
import type { Head } from './read-head.ts';

const PIECE_BYTES = 256 * 1024;
const LINE_BYTES_MOST = 4096;

/** The body of an answer, which reads as undefined at its end. Fails where it is cut off or damaged. */
export function readBody(source: ByteSource, { headers }: Head): NextBytes {
  if (headers.get('transfer-encoding')?.toLowerCase() === 'chunked') return readChunked(source);
  const length = headers.get('content-length');
  if (length === undefined) return () => source.some(PIECE_BYTES);
  return readSized(source, /^\d{1,15}$/.test(length) ? Number(length) : Number.NaN);
}

function readSized(source: ByteSource, length: number): NextBytes {
  let left = length;
  return async () => {
    if (left === 0) return undefined;
    const piece = await source.some(Math.min(left, PIECE_BYTES));
    if (piece === undefined) throw cutOff();
    left -= piece.length;
    return piece;
  };
}

function readChunked(source: ByteSource): NextBytes {
  let left = 0;
  let isFirst = true;
  let isOver = false;
  return async () => {
    if (isOver) return undefined;
    if (left === 0) {
      if (!isFirst && (await source.line(LINE_BYTES_MOST)) !== '') throw cutOff();
      isFirst = false;
      left = await chunkSize(source);
      if (left === 0) {
        isOver = true;
        await skipTrailers(source);
        return undefined;
      }
    }
    const piece = await source.some(Math.min(left, PIECE_BYTES));
    if (piece === undefined) throw cutOff();
    left -= piece.length;
    return piece;
  };
}

async function chunkSize(source: ByteSource): Promise<number> {
  const line = await source.line(LINE_BYTES_MOST);
  const size = /^([0-9a-f]{1,12})(?:;.*)?$/i.exec(line ?? '')?.[1];
  if (size === undefined) throw cutOff();
  return Number.parseInt(size, 16);
}

async function skipTrailers(source: ByteSource): Promise<void> {
  for (let line = await source.line(LINE_BYTES_MOST); line !== ''; ) {
    if (line === undefined) throw cutOff();
    line = await source.line(LINE_BYTES_MOST);
  }
}

function cutOff(): BrokenConnection {
  return new BrokenConnection('the answer was cut off');
}
