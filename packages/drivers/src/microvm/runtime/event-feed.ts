import type { RuntimeEvent } from '@capsule/core';

/** Passes events to all listeners, in the order in which they happened. Keeps none for later listeners. */
export class EventFeed {
  readonly #listeners = new Set<(event: RuntimeEvent) => void>();

  emit(event: RuntimeEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async *follow(signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
    const waiting: RuntimeEvent[] = [];
    let wake = Promise.withResolvers<void>();
    const listener = (event: RuntimeEvent) => {
      waiting.push(event);
      wake.resolve();
    };
    const leave = () => wake.resolve();
    this.#listeners.add(listener);
    signal.addEventListener('abort', leave, { once: true });
    try {
      while (!signal.aborted) {
        const event = waiting.shift();
        if (event !== undefined) {
          yield event;
          continue;
        }
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
    } finally {
      this.#listeners.delete(listener);
      signal.removeEventListener('abort', leave);
    }
  }
}
