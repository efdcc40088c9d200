import type { Readable } from 'node:stream';
import type { ExecOutput } from '@capsule/core';

/**
 * Yields the pieces of all streams as they arrive, until all streams have ended; after the end of the process
 * (`ended`), also until they are silent for `idleMs`. Holds at most one piece of each stream.
 */
export async function* mergeOutput(
  streams: ReadonlyMap<ExecOutput['stream'], Readable>,
  ended: Promise<void>,
  idleMs: number,
): AsyncGenerator<ExecOutput> {
  const pieces: { readonly output: ExecOutput; readonly from: Readable }[] = [];
  let wake = Promise.withResolvers<void>();
  let open = streams.size;
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    wake.resolve();
  });
  for (const [stream, from] of streams) {
    from.on('data', (data: Buffer) => {
      from.pause();
      pieces.push({ output: { stream, data }, from });
      wake.resolve();
    });
    from.once('close', () => {
      open -= 1;
      wake.resolve();
    });
  }
  for (;;) {
    const piece = pieces.shift();
    if (piece !== undefined) {
      yield piece.output;
      piece.from.resume();
      continue;
    }
    if (open === 0) return;
    const isQuiet = await settles(wake.promise, isOver ? idleMs : undefined);
    wake = Promise.withResolvers<void>();
    // The process is gone, and children that outlive it print nothing.
    if (isQuiet && pieces.length === 0) return;
  }
}

/** Returns true when the limit passed without the event. */
async function settles(event: Promise<void>, limitMs: number | undefined): Promise<boolean> {
  if (limitMs === undefined) {
    await event;
    return false;
  }
  const quiet = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => quiet.resolve(true), limitMs);
  const result = await Promise.race([event.then(() => false), quiet.promise]);
  clearTimeout(timer);
  return result;
}
