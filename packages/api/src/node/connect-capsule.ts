import { connect } from 'node:net';
import type { CallTrace } from '../calls/call-trace.ts';
import { clientsOf } from '../calls/clients-of.ts';
import { Http1Calls } from '../calls/http1-calls.ts';
import type { CapsuleClient } from '../client/create-clients.ts';
import { openBulk } from './bulk/open-bulk.ts';
import { parseTarget } from './parse-target.ts';

export interface ConnectOptions {
  /** Milliseconds for calls without their own timeout. Default: no limit, because streams follow. */
  readonly defaultTimeoutMs?: number;
  /**
   * For calls that send much in both directions at once. Node does not read from an HTTP/2 connection while data written
   * to it waits: with full sockets both sides would wait for each other forever. Without HTTP/2 it makes no difference.
   */
  readonly isTwoWay?: boolean;
  /** Measures every call of a capsule on this machine. */
  readonly trace?: CallTrace | undefined;
}

/**
 * Makes clients for the capsule at `target` (`unix:/path`). Each call opens a connection, which leaves the capsule
 * with the call. Calls fail with `CapsuleError`: the capsule's own errors as they are, a missing or broken connection
 * as kind `unavailable` (`API_UNREACHABLE`, `API_CONNECTION_LOST`).
 */
export function connectCapsule(
  target: string,
  { defaultTimeoutMs, trace }: ConnectOptions = {},
): CapsuleClient {
  const { socketPath } = parseTarget(target);
  const calls = new Http1Calls({ target, dial: () => connect(socketPath), defaultTimeoutMs });
  return clientsOf(trace?.measure(calls) ?? calls, (ticket, signal) =>
    openBulk({ target, socketPath }, ticket, signal),
  );
}
