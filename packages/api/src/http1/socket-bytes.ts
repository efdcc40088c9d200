import type { Duplex } from 'node:stream';
import type { NextBytes } from './byte-source.ts';

/** Bytes that may wait in memory until they are read. */
const WAITING_BYTES_MOST = 1024 * 1024;

/**
 * The bytes that a socket receives, to its end. Fails when the socket does. Listeners instead of the socket's own
 * iterator, whose modules Node loads only then.
 */
export function socketBytes(socket: Duplex): NextBytes {
  const waiting: Uint8Array[] = [];
  let size = 0;
  let isOver = false;
  let failure: Error | undefined;
  let change = Promise.withResolvers<void>();
  const wake = () => {
    change.resolve();
    change = Promise.withResolvers();
  };
  const end = () => {
    isOver = true;
    wake();
  };
  socket.on('data', (bytes: Uint8Array) => {
    waiting.push(bytes);
    size += bytes.length;
    if (size > WAITING_BYTES_MOST) socket.pause();
    wake();
  });
  socket.once('end', end).once('close', end);
  socket.once('error', (error) => {
    failure = error;
    end();
  });
  return async () => {
    for (;;) {
      const bytes = waiting.shift();
      if (bytes !== undefined) {
        size -= bytes.length;
        if (size <= WAITING_BYTES_MOST) socket.resume();
        return bytes;
      }
      if (failure !== undefined) throw failure;
      if (isOver) return undefined;
      await change.promise;
    }
  };
}
