import type { Duplex } from 'node:stream';

/** The protocol of a connection. */
export type EdgeProtocol = 'http1' | 'http2';

/** No method of HTTP/1.1 begins like this; HTTP/2 always does (RFC 9113, 3.4). */
const PREFACE = Buffer.from('PRI ');

/**
 * Recognises the protocol of a connection by its first bytes, which stay to be read. Resolves to undefined where the
 * client leaves before it has sent enough. The caller limits the time: destroying the socket ends the wait.
 */
export function firstBytes(socket: Duplex): Promise<EdgeProtocol | undefined> {
  const { promise, resolve } = Promise.withResolvers<EdgeProtocol | undefined>();
  let seen = Buffer.alloc(0);
  const settle = (protocol: EdgeProtocol | undefined) => {
    socket.off('readable', look).off('end', leave).off('close', leave);
    if (protocol !== undefined) socket.unshift(seen);
    resolve(protocol);
  };
  const leave = () => settle(undefined);
  const look = () => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
      seen = Buffer.concat([seen, chunk]);
    }
    const known = protocolOf(seen);
    if (known !== undefined) settle(known);
  };
  socket.on('readable', look).on('end', leave).on('close', leave);
  return promise;
}

function protocolOf(bytes: Buffer): EdgeProtocol | undefined {
  const head = bytes.subarray(0, PREFACE.length);
  if (!head.equals(PREFACE.subarray(0, head.length))) return 'http1';
  return head.length === PREFACE.length ? 'http2' : undefined;
}
