import type { Context } from '../../program/context/context.ts';
import type { Output } from '../../program/context/output.ts';
import { printWarning } from '../../program/print-lines.ts';
import { resumeStream } from './resume-stream.ts';

interface LogChunk {
  readonly data: Uint8Array;
  readonly cursor: string;
  /** False where the capsule is older than the field. */
  readonly afterGap: boolean;
}

export interface LogSource<Chunk extends LogChunk> {
  /** Names the writer of the log in messages. */
  readonly writer: string;
  /** Opens the log after the cursor; an empty one opens it as it was asked for first. */
  readonly open: (cursor: string, signal: AbortSignal) => AsyncIterable<Chunk>;
  readonly outputOf: (chunk: Chunk) => Pick<Output, 'write'>;
}

/**
 * Writes a log byte for byte. Goes on where it was after a restart of the capsule: each line comes
 * once, as a chunk is written before its cursor counts. Where lines may be missing, stderr says so.
 */
export async function followLog<Chunk extends LogChunk>(
  { writer, open, outputOf }: LogSource<Chunk>,
  { signal, now, err }: Context,
): Promise<void> {
  const chunks = resumeStream<Chunk>(
    { open: (last, attempt) => open(last?.cursor ?? '', attempt), now },
    signal,
  );
  const gap = `lines may be missing here: ${writer} wrote more than its log keeps`;
  for await (const chunk of chunks) {
    if (chunk.afterGap) await printWarning(err, gap);
    await outputOf(chunk).write(chunk.data);
    signal.throwIfAborted();
  }
}
