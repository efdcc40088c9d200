import { Code, ConnectError } from '@connectrpc/connect';
import { runtimeError } from '../errors.ts';

/** An answer of containerd's with that code; a broken connection is none. */
export function hasCode(error: unknown, code: Code): boolean {
  return isAnswer(error) && error.code === code;
}

/** Runs a call whose goal may be reached already; answers undefined when containerd says so. */
export async function ignoring<T>(code: Code, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (hasCode(error, code)) return undefined;
    throw error;
  }
}

/** True for a status that containerd sent; false for what went wrong on the way there. */
export function isAnswer(error: unknown): error is ConnectError & { readonly isWireError: true } {
  return error instanceof ConnectError && error.isWireError;
}

/**
 * What a failed call means to the caller. Its own abort passes as the reason it gave; a connection
 * that is lost or cannot be made is `RUNTIME_UNAVAILABLE`; anything else stays what it is.
 */
export function translateError(error: unknown, socketPath: string, signal?: AbortSignal): unknown {
  if (!(error instanceof ConnectError)) return error;
  if (signal?.aborted) return signal.reason;
  if (error.code === Code.DeadlineExceeded) {
    return runtimeError.TIMEOUT({ detail: error.rawMessage }, error);
  }
  if (isAnswer(error)) return error;
  return runtimeError.UNAVAILABLE({ socketPath, detail: error.rawMessage }, error);
}

export interface CallContext {
  /** For people: `containerd could not <action>`. */
  readonly action: string;
  readonly socketPath: string;
  readonly signal?: AbortSignal | undefined;
}

/** The kernel's words for ENOSPC and EDQUOT, which containerd passes on. */
export function isDiskFull(detail: string): boolean {
  return /no space left on device|disk quota exceeded/.test(detail);
}

/** Does the work of one verb; an answer that the verb has no meaning for is a failure of the whole. */
export async function translateErrors<T>(
  { action, socketPath, signal }: CallContext,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const error = translateError(cause, socketPath, signal);
    if (!isAnswer(error)) throw error;
    const detail = error.rawMessage;
    if (error.code === Code.Unavailable)
      throw runtimeError.UNAVAILABLE({ socketPath, detail }, error);
    if (isDiskFull(detail)) throw runtimeError.DISK_FULL({ action, detail }, error);
    throw runtimeError.FAILED({ action, detail }, error);
  }
}

/** True when what was open ended because containerd went away, and not because it was never there. */
export function isLost(error: unknown): boolean {
  if (!(error instanceof ConnectError)) return false;
  if (isAnswer(error)) return error.code === Code.Unavailable;
  return !(
    error.cause instanceof Error &&
    'syscall' in error.cause &&
    error.cause.syscall === 'connect'
  );
}
