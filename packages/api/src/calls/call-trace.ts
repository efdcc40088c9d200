import type { DescMethod, Message } from '@bufbuild/protobuf';
import type { CallOptions } from '@connectrpc/connect';
import { PHASES_TRAILER, type Phase, phasesFromText, TRACE_HEADER } from '../wire/trace/phases.ts';
import type { CallTransport } from './call-transport.ts';

/** Measures the calls of one command, here and in the capsule. */
export class CallTrace {
  readonly #id = crypto.randomUUID();
  readonly #now: () => number;
  readonly #here: Phase[] = [];
  #capsule: readonly Phase[] = [];

  /** `now`: milliseconds since the start of this program. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The calls, by their end; a stream takes until its reader leaves. */
  get here(): readonly Phase[] {
    return this.#here;
  }

  /** The phases in the capsule that it reported last, since the first call reached it. */
  get capsule(): readonly Phase[] {
    return this.#capsule;
  }

  measure(inner: CallTransport & { close(): void }): CallTransport & { close(): void } {
    return {
      close: () => inner.close(),
      unary: (method, request, options) =>
        this.#timed(method, () => inner.unary(method, request, this.#traced(options))),
      stream: (method, requests, options) =>
        this.#timedStream(method, inner.stream(method, requests, this.#traced(options))),
    };
  }

  #traced(options: CallOptions): CallOptions {
    const headers = new Headers(options.headers);
    headers.set(TRACE_HEADER, this.#id);
    return {
      ...options,
      headers,
      onTrailer: (trailers) => {
        this.#capsule = phasesFromText(trailers.get(PHASES_TRAILER) ?? '');
        options.onTrailer?.(trailers);
      },
    };
  }

  async #timed(method: DescMethod, work: () => Promise<Message>): Promise<Message> {
    using _timing = this.#begin(method);
    return await work();
  }

  async *#timedStream(
    method: DescMethod,
    answers: AsyncGenerator<Message>,
  ): AsyncGenerator<Message> {
    using _timing = this.#begin(method);
    yield* answers;
  }

  #begin({ parent, name }: DescMethod): Disposable {
    const startMs = this.#now();
    const call = `${parent.name}.${name}`;
    return {
      [Symbol.dispose]: () =>
        void this.#here.push({ name: call, startMs, tookMs: this.#now() - startMs }),
    };
  }
}
