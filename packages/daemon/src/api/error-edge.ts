import { connectErrorFrom } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import type { Log } from '@capsule/engine';
import { ConnectError, type Interceptor } from '@connectrpc/connect';

/** Converts capsuled's errors to wire errors, for unary calls and streams. No other code does. */
export function errorEdge(log: Log): Interceptor {
  const translate = (error: unknown, method: string): unknown => {
    // Any other error is a bug or an unclassified failure: it belongs in the log.
    if (!isCapsuleError(error) && !(error instanceof ConnectError))
      log.error('call failed', { method, error });
    return connectErrorFrom(error);
  };
  return (next) => async (request) => {
    const method = `${request.service.typeName}/${request.method.name}`;
    try {
      const response = await next(request);
      if (!response.stream) return response;
      const edge = (error: unknown) => (request.signal.aborted ? error : translate(error, method));
      return { ...response, message: guard(response.message, edge) };
    } catch (error) {
      if (request.signal.aborted) throw error;
      throw translate(error, method);
    }
  };
}

async function* guard<T>(messages: AsyncIterable<T>, translate: (error: unknown) => unknown) {
  try {
    yield* messages;
  } catch (error) {
    throw translate(error);
  }
}
