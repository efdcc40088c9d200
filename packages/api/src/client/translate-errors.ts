import type { StreamResponse, Transport } from '@connectrpc/connect';
import { transportError } from './transport-error.ts';

/**
 * The same transport, whose calls fail with `CapsuleError` only. A call that its own signal ended
 * fails with the reason of the signal, untouched.
 */
export function translateErrors(inner: Transport, target: string): Transport {
  const rethrow = (error: unknown, signal: AbortSignal | undefined): never => {
    signal?.throwIfAborted();
    throw transportError(error, target);
  };
  return {
    unary: (method, signal, ...rest) =>
      inner.unary(method, signal, ...rest).catch((error) => rethrow(error, signal)),
    stream: async (method, signal, ...rest) => {
      const response = await inner
        .stream(method, signal, ...rest)
        .catch((error) => rethrow(error, signal));
      return { ...response, message: translated(response.message, (e) => rethrow(e, signal)) };
    },
  };
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
