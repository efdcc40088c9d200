import type { CallOptions } from '@connectrpc/connect';

/** Returns options for a call that ends when the signal, if there is one, aborts. */
export function callOptions(signal: AbortSignal | undefined): CallOptions {
  return signal === undefined ? {} : { signal };
}
