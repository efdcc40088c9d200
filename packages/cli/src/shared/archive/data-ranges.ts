import type { FileHandle } from 'node:fs/promises';
import type { DataRange } from '../tar/tar-entry.ts';
import { askForHoles } from './ask-for-holes.ts';

/** Smaller holes cost more in a map than their zeros do. */
const STEP_BYTES = 4096;
const MIB = 1024 * 1024;
const READ_BYTES = MIB;
/** A map of more ranges is no gain. */
const RANGES_MOST = 50_000;
const ZEROS = Buffer.alloc(READ_BYTES);

/** A file with fewer bytes in holes is read faster than another program starts. */
const ASK_BYTES = 16 * MIB;

/**
 * Returns the ranges of a file that are not zero, and an empty range at its end; undefined where a map would not
 * pay. Asks the filesystem where the holes are large, and reads all of the file where that is not known.
 */
export async function findDataRanges(
  file: FileHandle,
  { sizeBytes, holeBytes }: { readonly sizeBytes: number; readonly holeBytes: number },
): Promise<readonly DataRange[] | undefined> {
  const asked = holeBytes < ASK_BYTES ? undefined : await askForHoles(file, sizeBytes);
  const ranges = asked ?? (await readRanges(file, sizeBytes));
  if (ranges === undefined || ranges.length > RANGES_MOST) return undefined;
  // GNU tar takes the end of the last range for the size of the file.
  return [...ranges, { offset: sizeBytes, length: 0 }];
}

/** In steps of 4 KiB. */
async function readRanges(
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
  return ranges;
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
