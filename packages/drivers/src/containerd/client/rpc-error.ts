import { Code, ConnectError } from '@connectrpc/connect';
import { runtimeError } from '../errors.ts';

/**
 * What a failed call means. A caller's own abort passes as its reason; a connection that is lost or
 * cannot be made is `RUNTIME_UNAVAILABLE`; an answer of containerd's stays a `ConnectError`.
 */
export function toRpcError(error: unknown, socketPath: string, signal?: AbortSignal): unknown {
  if (signal?.aborted && isAbort(error)) return signal.reason;
  if (!(error instanceof ConnectError)) return error;
  if (error.code === Code.Unavailable || isTransportFailure(error)) {
    return runtimeError.UNAVAILABLE({ socketPath, detail: error.rawMessage }, error);
  }
  if (error.code === Code.DeadlineExceeded) {
    return runtimeError.TIMEOUT({ detail: error.rawMessage }, error);
  }
  return error;
}

export function hasCode(error: unknown, code: Code): boolean {
  return error instanceof ConnectError && error.code === code;
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

/** True when a stream that was open ended because containerd went away. */
export function isLost(error: unknown): boolean {
  if (!(error instanceof ConnectError)) return false;
  if (error.cause instanceof Error && 'syscall' in error.cause) {
    return error.cause.syscall !== 'connect';
  }
  return error.code === Code.Unavailable || isTransportFailure(error);
}

/** Connect reports our own cancellation as this code, whatever the signal's reason was. */
function isAbort(error: unknown): boolean {
  return !(error instanceof ConnectError) || error.code === Code.Canceled;
}

/** A status that containerd sent has no cause; a broken connection carries Node's error. */
function isTransportFailure(error: ConnectError): boolean {
  if (error.cause instanceof Error && 'code' in error.cause) return true;
  return /^(http\/2|protocol error: missing|premature|the session)/i.test(error.rawMessage);
}
