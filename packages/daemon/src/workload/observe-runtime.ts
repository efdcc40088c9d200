import { setTimeout as pause } from 'node:timers/promises';
import type { ContainerRuntime, RuntimeEvent } from '@capsule/core';
import type { Log } from '@capsule/engine';

export interface RuntimeWatchParts {
  readonly runtime: ContainerRuntime;
  readonly log: Log;
  /** Called for every event. */
  readonly onEvent: (event: RuntimeEvent) => void;
  /**
   * Called when events may have been missed and the runtime answers: inspect everything. Also
   * called when the first try fails.
   */
  readonly onGap: () => void;
  /** Called with whether the runtime answers, at least when that changes. */
  readonly onReach: (isThere: boolean) => void;
  /** Milliseconds between two tries to reach the runtime. */
  readonly retryMs: number;
}

/**
 * Follows the runtime's events until `signal` aborts, across restarts of the runtime. After each
 * new connection it requests an inspection of everything, because the events of the gap are lost.
 */
export async function watchRuntime(parts: RuntimeWatchParts, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      const events = parts.runtime.events(signal)[Symbol.asyncIterator]();
      // The request for the first event opens the stream; only after that is the inspection
      // complete.
      let next = events.next();
      // A stream that waits for its first event does not show whether the runtime is there.
      const answer = await Promise.race([parts.runtime.probe(signal), next]);
      const isThere = !('ok' in answer) || answer.ok;
      handle(parts, () => parts.onReach(isThere));
      if (isThere) handle(parts, parts.onGap);
      for (let event = await next; event.done !== true; event = await next) {
        const { value } = event;
        handle(parts, () => parts.onEvent(value));
        next = events.next();
      }
    } catch (error) {
      if (signal.aborted) return;
      parts.log.warn('runtime events interrupted', { error });
      handle(parts, () => parts.onReach(false));
      if (attempt === 1) handle(parts, parts.onGap);
    }
    await pause(parts.retryMs, undefined, { signal }).catch(whenAborted);
  }
}

/** A store that refuses writes must not end the stream of events. */
function handle({ log }: RuntimeWatchParts, work: () => void): void {
  try {
    work();
  } catch (error) {
    log.error('runtime event not handled', { error });
  }
}

/** The signal ended the pause; the loop checks the signal next. */
function whenAborted(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
