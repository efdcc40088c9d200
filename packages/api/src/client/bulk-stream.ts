/**
 * A connection for the bytes of one transfer. It does not report why the capsule ends it early: the call that ends
 * the transfer does.
 */
export interface BulkStream {
  /**
   * Sends pieces until they end, or the capsule ends the connection; then the capsule sees the end. A piece must
   * stay as it is until the second one after it is asked for. Returns the number of bytes.
   */
  send(pieces: AsyncIterable<Uint8Array>): Promise<number>;
  /** Yields bytes until the capsule ends the connection. A piece is good until the next one is asked for. */
  receive(): AsyncIterable<Uint8Array>;
  /** Ends the connection, whatever is on its way. Idempotent. */
  close(): void;
}

/** Opens the connection that a ticket admits. Fails with `API_CONNECTION_LOST` and `API_UNREACHABLE`. */
export type OpenBulk = (ticket: Uint8Array, signal?: AbortSignal) => Promise<BulkStream>;
