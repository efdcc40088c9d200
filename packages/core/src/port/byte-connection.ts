/**
 * Hands a connection over to a program: `start` gets what `spawn` takes as the program's input or output. No
 * byte passes through capsuled then. Resolves when the program has it, and capsuled no longer.
 */
export type Lend = <T>(way: 'in' | 'out', start: (end: unknown) => T) => Promise<T>;

/** Bytes that come. Those of a client's connection can be lent, unless they change on their way, as with TLS. */
export interface ByteSource extends AsyncIterable<Uint8Array> {
  readonly lend?: Lend | undefined;
}

/** A client that receives bytes. */
export interface ByteSink {
  /** Resolves when more may be sent. Fails when the client is gone. */
  send(bytes: Uint8Array): Promise<void>;
  readonly lend?: Lend | undefined;
}
