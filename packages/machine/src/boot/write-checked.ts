import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { SlotContent } from '@capsule/core';
import { run } from '@capsule/host';
import { slotError } from './errors.ts';

const READ_BYTES = 1024 * 1024;

/**
 * Writes content to the start of a file or device, syncs it, and reads it back from the disk.
 *
 * @throws SLOT_CONTENT_DIFFERS as soon as there is more of it than announced, or at the end.
 */
export async function writeChecked(
  path: string,
  { target, ...content }: SlotContent & { readonly target: string },
  signal?: AbortSignal,
): Promise<void> {
  await using file = await open(path, 'r+');
  const hash = createHash('sha256');
  let written = 0;
  for await (const chunk of content.chunks) {
    signal?.throwIfAborted();
    if (written + chunk.length > content.bytes) {
      throw slotError.CONTENT_DIFFERS({
        target,
        detail: `it has more than ${content.bytes} bytes`,
      });
    }
    hash.update(chunk);
    await writeWhole(file, chunk, written);
    written += chunk.length;
  }
  requireSame(
    target,
    content,
    { bytes: written, sha256: hash.digest('hex') },
    'the received bytes',
  );
  await file.sync();
  const sha256 = await hashFromDisk(path, content.bytes, signal);
  requireSame(target, content, { bytes: written, sha256 }, 'the bytes on the disk');
}

interface Measured {
  readonly bytes: number;
  readonly sha256: string;
}

function requireSame(target: string, wanted: Measured, found: Measured, subject: string): void {
  if (found.bytes !== wanted.bytes) {
    const detail = `${subject} are ${found.bytes} instead of ${wanted.bytes}`;
    throw slotError.CONTENT_DIFFERS({ target, detail });
  }
  if (found.sha256 === wanted.sha256) return;
  const detail = `${subject} have the hash ${found.sha256} instead of ${wanted.sha256}`;
  throw slotError.CONTENT_DIFFERS({ target, detail });
}

async function writeWhole(file: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, at + done);
    done += bytesWritten;
  }
}

/** Reads the disk and not the page cache, which would hide a write that the disk lost. */
async function hashFromDisk(path: string, bytes: number, signal?: AbortSignal): Promise<string> {
  // Node has no posix_fadvise; with `count=0`, dd only drops what is cached.
  await run('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']);
  await using file = await open(path, 'r');
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(READ_BYTES);
  for (let at = 0; at < bytes; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, Math.min(READ_BYTES, bytes - at), at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest('hex');
}
