import type { DescMethod } from '@bufbuild/protobuf';
import type { StreamResponse, Transport } from '@connectrpc/connect';
import { transportError } from './transport-error.ts';

/**
 * Wraps a transport so that calls fail only with `CapsuleError`. A call that its own signal ended fails
 * with the reason of the signal, and one whose messages the caller failed to produce with that failure:
 * both unchanged.
 */
export function translateErrors(inner: Transport, target: string): Transport {
  const rethrow = (error: unknown, method: DescMethod, signal: AbortSignal | undefined): never => {
    signal?.throwIfAborted();
    throw transportError(error, { target, call: `${method.parent.name}.${method.name}` });
  };
  return {
    unary: (method, signal, ...rest) =>
      inner.unary(method, signal, ...rest).catch((error) => rethrow(error, method, signal)),
    stream: async (method, signal, timeoutMs, header, input, ...rest) => {
      const sent = new Remembering(input);
      const fail = (error: unknown): never => {
        if (sent.failure === undefined) return rethrow(error, method, signal);
        signal?.throwIfAborted();
        throw sent.failure.error;
      };
      const response = await inner
        .stream(method, signal, timeoutMs, header, sent, ...rest)
        .catch(fail);
      return { ...response, message: translated(response.message, fail) };
    },
  };
}

/** Keeps the error of an iteration: the connection treats it like a normal end. */
class Remembering<T> implements AsyncIterable<T> {
  failure: { readonly error: unknown } | undefined;
  readonly #items: AsyncIterable<T>;

  constructor(items: AsyncIterable<T>) {
    this.#items = items;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    try {
      yield* this.#items;
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}

type Messages = StreamResponse['message'];

async function* translated<T extends Messages>(
  messages: T,
  rethrow: (error: unknown) => never,
): AsyncGenerator<T extends AsyncIterable<infer M> ? M : never> {
  try {
    yield* messages as AsyncIterable<T extends AsyncIterable<infer M> ? M : never>;
  } catch (error) {
    rethrow(error);
  }
}
