import type { ContainerRuntime, RuntimeEvent } from '@capsule/core';

/** Collects a runtime's events and waits for the one that a test is about. */
export class EventLog implements AsyncDisposable {
  readonly events: RuntimeEvent[] = [];
  readonly #stop = new AbortController();
  readonly #reading: Promise<void>;
  #wake: () => void = () => undefined;

  constructor(runtime: ContainerRuntime) {
    this.#reading = this.#read(runtime);
  }

  async until(container: string, kind: RuntimeEvent['kind']): Promise<RuntimeEvent> {
    for (;;) {
      const found = this.events.find(
        ({ ref, kind: seen }) => ref.container === container && seen === kind,
      );
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#reading;
  }

  async #read(runtime: ContainerRuntime): Promise<void> {
    for await (const event of runtime.events(this.#stop.signal)) {
      this.events.push(event);
      this.#wake();
    }
  }
}
