import { createHash } from 'node:crypto';
import { isCapsuleError } from '@capsule/core';
import { imagerError } from '../errors.ts';
import type { Release } from './release.ts';

/** Four times the size of a release today. */
const LIMIT_BYTES = 32 * 1024 * 1024;
const SILENCE_MS = 10_000;

export interface DownloadOptions {
  /** The longest time without data from the server. Default: 10 s. */
  readonly silenceMs?: number;
}

/**
 * Returns the archive of a release, complete and with the right checksum. Fails with
 * `IMAGER_FIRECRACKER_UNREACHABLE` or `IMAGER_FIRECRACKER_CHECKSUM`.
 */
export async function download(
  release: Release,
  { silenceMs = SILENCE_MS }: DownloadOptions = {},
): Promise<Buffer> {
  const archive = await receive(release, silenceMs);
  const found = createHash('sha256').update(archive).digest('hex');
  if (found === release.sha256) return archive;
  throw imagerError.FIRECRACKER_CHECKSUM({ ...release, found });
}

async function receive({ version, url }: Release, silenceMs: number): Promise<Buffer> {
  const unreachable = (reason: string, cause?: unknown) =>
    imagerError.FIRECRACKER_UNREACHABLE({ version, url, reason }, cause);
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    const response = await fetch(url, { signal: silence.signal });
    if (!response.ok) throw unreachable(`HTTP status ${response.status}`);
    for await (const chunk of response.body ?? []) {
      timer.refresh();
      chunks.push(chunk);
      size += chunk.length;
      if (size > LIMIT_BYTES) throw unreachable(`it is larger than ${LIMIT_BYTES} bytes`);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (isCapsuleError(error)) throw error;
    if (silence.signal.aborted)
      throw unreachable(`the server sent nothing for ${silenceMs} ms`, error);
    throw unreachable(reasonOf(error), error);
  } finally {
    clearTimeout(timer);
  }
}

/** Every error of `fetch` has the same message; its cause has the reason. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  return cause instanceof Error ? cause.message : String(cause);
}
