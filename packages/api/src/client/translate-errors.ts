import type { DescMethod } from '@bufbuild/protobuf';
import type { StreamResponse, Transport } from '@connectrpc/connect';
import { transportError } from './transport-error.ts';

/**
 * The same transport, whose calls fail with `CapsuleError` only. A call that its own signal ended
 * fails with the reason of the signal, and one whose messages the caller failed to make with that
 * failure: both untouched.
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

/** Remembers how an iteration failed: to the connection such a failure is nothing but an end. */
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
