import { Code, ConnectError } from '@connectrpc/connect';
import { runtimeError } from '../errors.ts';

/** Returns whether containerd answered with that code; a broken connection is no answer. */
export function hasCode(error: unknown, code: Code): boolean {
  return isAnswer(error) && error.code === code;
}

/** Awaits a call whose goal may be reached already; returns undefined when containerd answers with `code`. */
export async function ignoring<T>(code: Code, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (hasCode(error, code)) return undefined;
    throw error;
  }
}

/** Returns whether containerd sent this status; false for a failure of the connection. */
export function isAnswer(error: unknown): error is ConnectError & { readonly isWireError: true } {
  return error instanceof ConnectError && error.isWireError;
}

/**
 * Returns the error of a failed call for its caller. The caller's own abort becomes its reason, a lost or
 * refused connection `RUNTIME_UNAVAILABLE`; any other error is returned unchanged.
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
  /** Completes the message `containerd could not <action>`. */
  readonly action: string;
  readonly socketPath: string;
  readonly signal?: AbortSignal | undefined;
}

/** The kernel's messages for ENOSPC and EDQUOT, which containerd passes on. */
export function isDiskFull(detail: string): boolean {
  return /no space left on device|disk quota exceeded/.test(detail);
}

/** Awaits the calls of one verb; an answer that the verb has no meaning for becomes `RUNTIME_FAILED`. */
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

/** Returns whether an open connection ended because containerd went away; false where there was none. */
export function isLost(error: unknown): boolean {
  if (!(error instanceof ConnectError)) return false;
  if (isAnswer(error)) return error.code === Code.Unavailable;
  return !(
    error.cause instanceof Error &&
    'syscall' in error.cause &&
    error.cause.syscall === 'connect'
  );
}
