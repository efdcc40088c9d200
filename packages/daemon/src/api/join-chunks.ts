import { setImmediate as nextTurn } from 'node:timers/promises';

/** A piece of a log on its way to a client. */
export interface LogPiece {
  readonly data: Uint8Array;
  /** Resumes after this piece. */
  readonly cursor: string;
  /** Pieces of different streams stay apart. */
  readonly stream?: number;
}

/** What one message carries at most, but for a single piece that is larger. */
const MESSAGE_BYTES = 64 * 1024;

/**
 * Joins pieces that are there at the same time: a message costs much more than a line. Never waits
 * for a piece. The signal that `open` gets aborts when `signal` does, or when the reader leaves.
 */
export async function* joinChunks<P extends LogPiece>(
  open: (signal: AbortSignal) => AsyncGenerator<P>,
  signal: AbortSignal,
): AsyncGenerator<P> {
  const leave = new AbortController();
  const pieces = open(AbortSignal.any([signal, leave.signal]));
  try {
    let next = pieces.next();
    for (;;) {
      const answer = await next;
      if (answer.done === true) return;
      const first = answer.value;
      const joined = [first];
      let size = first.data.length;
      next = pieces.next();
      // Looked at before every yield: nobody else would hear of its failure meanwhile.
      while ((await isThere(next)) && size < MESSAGE_BYTES) {
        const following = await peek(next);
        if (following === undefined || following.stream !== first.stream) break;
        joined.push(following);
        size += following.data.length;
        next = pieces.next();
      }
      yield join(first, joined);
    }
  } finally {
    leave.abort();
    await pieces.return(undefined);
  }
}

function join<P extends LogPiece>(first: P, joined: readonly P[]): P {
  const last = joined.at(-1);
  if (last === undefined || last === first) return first;
  return { ...first, data: Buffer.concat(joined.map(({ data }) => data)), cursor: last.cursor };
}

/** Whether the answer has come, good or bad, without waiting for it. */
function isThere(next: Promise<unknown>): Promise<boolean> {
  const settled = next.then(
    () => true,
    () => true,
  );
  return Promise.race([settled, nextTurn(false)]);
}

/** The piece, unless it is the end or a failure: those are for whoever awaits it next. */
async function peek<P>(next: Promise<IteratorResult<P>>): Promise<P | undefined> {
  const [answer] = await Promise.allSettled([next]);
  if (answer.status === 'rejected' || answer.value.done === true) return undefined;
  return answer.value.value;
}
