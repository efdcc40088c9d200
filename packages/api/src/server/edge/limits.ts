/** The limits of one listener. Times are in milliseconds. */
export interface EdgeLimits {
  /** Connections at the same time; further ones are closed at once. */
  readonly connections: number;
  /** From the connection to its first bytes, and from there to the end of the headers of an HTTP/1.1 request. */
  readonly headersMs: number;
  /** For a connection without a call, and for a request body of which nothing arrives. */
  readonly idleMs: number;
  /** All headers of one request. */
  readonly headerBytes: number;
  /** Calls at the same time on one HTTP/2 connection. */
  readonly streams: number;
  /** From the headers to the end of a call that needs no token, behind a gate. */
  readonly openCallMs: number;
  /** One message of a call. */
  readonly messageBytes: number;
}

export const EDGE_LIMITS: EdgeLimits = {
  connections: 1024,
  headersMs: 10_000,
  idleMs: 300_000,
  headerBytes: 64 * 1024,
  streams: 256,
  openCallMs: 10_000,
  messageBytes: 64 * 1024 * 1024,
};
