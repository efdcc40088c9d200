import { Absence } from './absence.ts';

export interface ResumableStream<T> {
  /** Opens the stream, after the last item that was taken; undefined for the first time. */
  readonly open: (last: T | undefined, signal: AbortSignal) => AsyncIterable<T>;
  readonly now: () => number;
}

/**
 * The items of a server's stream, across restarts of the server. A server that cannot be reached in
 * the first place is an error at once; one that was reached and went away is tried for 30 s.
 */
export async function* resumeStream<T>(
  { open, now }: ResumableStream<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const absence = new Absence(now);
  let last: T | undefined;
  for (;;) {
    const attempt = new AbortController();
    try {
      for await (const item of open(last, AbortSignal.any([signal, attempt.signal]))) {
        last = item;
        absence.end();
        yield item;
      }
      return;
    } catch (error) {
      signal.throwIfAborted();
      absence.note(error);
    } finally {
      // The API ends a stream by its signal only, not when the loop is left.
      attempt.abort();
    }
    await absence.pause(signal);
  }
}
