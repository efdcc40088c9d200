import type { Context } from '../../program/context/context.ts';
import type { Output } from '../../program/context/output.ts';
import { resumeStream } from './resume-stream.ts';

interface LogChunk {
  readonly data: Uint8Array;
  readonly cursor: string;
}

export interface LogSource<Chunk extends LogChunk> {
  /** Opens the log after the cursor; an empty one opens it as it was asked for first. */
  readonly open: (cursor: string, signal: AbortSignal) => AsyncIterable<Chunk>;
  readonly outputOf: (chunk: Chunk) => Pick<Output, 'write'>;
}

/**
 * Writes a log byte for byte. Goes on where it was after a restart of the capsule: each line comes
 * once, as a chunk is written before its cursor counts.
 */
export async function followLog<Chunk extends LogChunk>(
  { open, outputOf }: LogSource<Chunk>,
  { signal, now }: Context,
): Promise<void> {
  const chunks = resumeStream<Chunk>(
    { open: (last, attempt) => open(last?.cursor ?? '', attempt), now },
    signal,
  );
  for await (const chunk of chunks) {
    await outputOf(chunk).write(chunk.data);
    signal.throwIfAborted();
  }
}
