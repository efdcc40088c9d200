import type { FileHandle } from 'node:fs/promises';
import type { DataRange } from '../tar/tar-entry.ts';

/** Smaller holes cost more in a map than their zeros do. */
const STEP_BYTES = 4096;
const READ_BYTES = 1024 * 1024;
/** A map of more ranges is no gain. */
const RANGES_MOST = 50_000;
const ZEROS = Buffer.alloc(READ_BYTES);

/**
 * Returns the ranges of a file that are not zero, in steps of 4 KiB, and an empty range at its end; undefined where a map would not pay. Reads all of the
 * file, since Node has no `SEEK_DATA`.
 */
export async function findDataRanges(
  file: FileHandle,
  sizeBytes: number,
): Promise<readonly DataRange[] | undefined> {
  const ranges: { offset: number; length: number }[] = [];
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  for (let at = 0; at < sizeBytes; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(READ_BYTES, sizeBytes - at), at);
    if (bytesRead === 0) break;
    addRanges(ranges, buffer.subarray(0, bytesRead), at);
    if (ranges.length > RANGES_MOST) return undefined;
    at += bytesRead;
  }
  // GNU tar takes the end of the last range for the size of the file.
  return [...ranges, { offset: sizeBytes, length: 0 }];
}

function addRanges(ranges: { offset: number; length: number }[], bytes: Buffer, at: number): void {
  if (isZero(bytes)) return;
  for (let from = 0; from < bytes.length; from += STEP_BYTES) {
    const step = bytes.subarray(from, from + STEP_BYTES);
    if (isZero(step)) continue;
    const last = ranges.at(-1);
    if (last !== undefined && last.offset + last.length === at + from) last.length += step.length;
    else ranges.push({ offset: at + from, length: step.length });
  }
}

function isZero(bytes: Buffer): boolean {
  return bytes.compare(ZEROS, 0, bytes.length) === 0;
}
