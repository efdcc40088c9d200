import { isCapsuleError, type KeyRights } from '@capsule/core';
import type { Interceptor, StreamRequest, UnaryRequest } from '@connectrpc/connect';
import type { Attempts } from '../../identity/attempts.ts';
import type { Caller } from '../../identity/caller.ts';
import { authError } from '../../identity/errors.ts';
import type { LiveCalls } from '../../identity/live-calls.ts';
import { callerKey } from './caller-key.ts';
import { checkRight } from './check-right.ts';
import { clientOf } from './peer.ts';

export interface AuthorizeParts {
  readonly live: LiveCalls;
  readonly attempts: Attempts;
  /** Of an enrolled key; undefined for one that was removed. */
  readonly rightsOf: (kid: string) => KeyRights | undefined;
}

/**
 * Denies every call whose caller has not the right beside its RPC, whatever listener it came over. Ends the calls of
 * a key at once when the key is removed.
 */
export function authorizeEdge({ live, attempts, rightsOf }: AuthorizeParts): Interceptor {
  return (next) => async (request) => {
    const caller = withRightsNow(request.contextValues.get(callerKey), rightsOf);
    request.contextValues.set(callerKey, caller);
    checkRight(caller, request.method);
    if (caller.kind !== 'key') return countRefusals(next(request), caller, attempts);
    const removed = new AbortController();
    const held = live.add(caller.kid, () =>
      removed.abort(authError.KEY_UNKNOWN({ kid: caller.kid })),
    );
    const signal = AbortSignal.any([request.signal, removed.signal]);
    try {
      const bound = { ...bindIncoming(request, removed.signal), signal };
      const response = await untilAborted(next(bound), removed.signal);
      if (!response.stream) held[Symbol.dispose]();
      else return { ...response, message: untilRemoved(response.message, removed.signal, held) };
      return response;
    } catch (error) {
      held[Symbol.dispose]();
      throw error;
    }
  };
}

/** Between the token of a call and the end of its message, its key may have been removed, or have got another role. */
function withRightsNow(caller: Caller, rightsOf: AuthorizeParts['rightsOf']): Caller {
  if (caller.kind !== 'key') return caller;
  const rights = rightsOf(caller.kid);
  if (rights === undefined) throw authError.KEY_UNKNOWN({ kid: caller.kid });
  return { ...caller, role: rights.role, hasHostAccess: rights.hasHostAccess };
}

/** Wrong codes of an adoption slow their address down as wrong tokens do. */
async function countRefusals<T>(
  answer: Promise<T>,
  caller: Caller,
  attempts: Attempts,
): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const isRefused = isCapsuleError(error) && error.kind === 'denied';
    if (isRefused && caller.kind === 'unknown') attempts.fail(clientOf(caller.from));
    throw error;
  }
}

type AnyRequest = UnaryRequest | StreamRequest;

/** A handler that reads on would complete its work with what the client still sends. */
function bindIncoming(request: AnyRequest, removed: AbortSignal): AnyRequest {
  return request.stream ? { ...request, message: untilRemoved(request.message, removed) } : request;
}

async function* untilRemoved<T>(
  messages: AsyncIterable<T>,
  removed: AbortSignal,
  held?: Disposable,
): AsyncGenerator<T> {
  using _held = held;
  const incoming = messages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const piece = await untilAborted(incoming.next(), removed);
      if (piece.done === true) return;
      yield piece.value;
    }
  } finally {
    // A handler that is waiting ends by its signal, and this call does not wait for it.
    void incoming.return?.();
  }
}

/** Fails with the reason of the signal as soon as it is aborted. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const leave = () => reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  return promise;
}
