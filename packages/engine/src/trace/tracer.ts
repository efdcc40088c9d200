import { AsyncLocalStorage } from 'node:async_hooks';

/** One phase of the work for a call. */
export interface Span {
  readonly name: string;
  /** Milliseconds since the trace began. */
  readonly startMs: number;
  readonly tookMs: number;
}

interface Trace {
  readonly begunAt: number;
  readonly spans: Span[];
}

/** Clients that ask for phases are people who look for a delay: few at a time. */
const MOST_TRACES = 8;
/** As many as fit into the trailers of an answer. */
const MOST_SPANS = 200;

/**
 * Measures the phases of calls whose client asks for it by an id, also of work that the call only requested and that
 * a queue does later. Keeps the last few traces. Other work costs one look at its context.
 */
export class Tracer {
  readonly #now: () => number;
  readonly #current = new AsyncLocalStorage<Trace>();
  /** By the client's id, the oldest first. */
  readonly #traces = new Map<string, Trace>();
  /** The trace of the call that last requested work on a key. */
  readonly #requested = new Map<string, Trace>();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Runs work for the call of a client: further calls with the same id belong to the same trace. */
  run<T>(id: string, work: () => T): T {
    return this.#current.run(this.#traces.get(id) ?? this.#begin(id), work);
  }

  /** Later work on this key belongs to the present trace, if there is one. */
  request(key: string): void {
    const trace = this.#current.getStore();
    if (trace !== undefined) this.#requested.set(key, trace);
    else if (this.#requested.size > 0) this.#requested.delete(key);
  }

  /** Runs work on a key for the trace that requested it. */
  resume<T>(key: string, work: () => T): T {
    const trace = this.#requested.get(key);
    return trace === undefined ? work() : this.#current.run(trace, work);
  }

  async span<T>(name: string, work: () => Promise<T>): Promise<T> {
    const trace = this.#current.getStore();
    if (trace === undefined || trace.spans.length >= MOST_SPANS) return work();
    const begunAt = this.#now();
    try {
      return await work();
    } finally {
      const startMs = begunAt - trace.begunAt;
      trace.spans.push({ name, startMs, tookMs: this.#now() - begunAt });
    }
  }

  /** The spans that have ended, by their start; none for an unknown id. */
  spansOf(id: string): readonly Span[] {
    return (this.#traces.get(id)?.spans ?? []).toSorted((a, b) => a.startMs - b.startMs);
  }

  #begin(id: string): Trace {
    const trace: Trace = { begunAt: this.#now(), spans: [] };
    this.#traces.set(id, trace);
    const [oldest] = this.#traces.keys();
    if (oldest !== undefined && this.#traces.size > MOST_TRACES) this.#end(oldest);
    return trace;
  }

  #end(id: string): void {
    const trace = this.#traces.get(id);
    this.#traces.delete(id);
    for (const [key, requested] of this.#requested) {
      if (requested === trace) this.#requested.delete(key);
    }
  }
}
