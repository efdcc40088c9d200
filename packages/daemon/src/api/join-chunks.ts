import { setImmediate as nextTurn } from 'node:timers/promises';

/** A piece of a log that is sent to a client. */
export interface LogPiece {
  readonly data: Uint8Array;
  /** Resumes after this piece. */
  readonly cursor: string;
  /** Pieces of different streams stay apart. */
  readonly stream?: number;
  /** Lines before this piece may be missing, so it begins a message. */
  readonly afterGap?: boolean;
}

/** Largest payload of a message, unless a single piece is larger. */
const MESSAGE_BYTES = 64 * 1024;

/**
 * Joins pieces that are available at the same time: a message costs much more than a line. Never
 * waits for a piece. The signal that `open` gets aborts when `signal` does, or when the reader
 * leaves.
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
      // Checked before every yield, which also handles a rejection: no other code would meanwhile.
      while ((await hasSettled(next)) && size < MESSAGE_BYTES) {
        const following = await peek(next);
        if (following === undefined || !goesOn(first, following)) break;
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

function goesOn(first: LogPiece, following: LogPiece): boolean {
  return following.stream === first.stream && following.afterGap !== true;
}

/** Returns whether the promise has settled, without waiting for it. */
function hasSettled(next: Promise<unknown>): Promise<boolean> {
  const settled = next.then(
    () => true,
    () => true,
  );
  return Promise.race([settled, nextTurn(false)]);
}

/** Returns the piece; undefined at the end or after a failure, which the next await receives. */
async function peek<P>(next: Promise<IteratorResult<P>>): Promise<P | undefined> {
  const [answer] = await Promise.allSettled([next]);
  if (answer.status === 'rejected' || answer.value.done === true) return undefined;
  return answer.value.value;
}
