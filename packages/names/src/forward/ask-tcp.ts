import { connect } from 'node:net';
import { frameMessage, splitFrames } from '../message/frames.ts';
import type { Upstream } from './upstream.ts';

/**
 * Asks over a new connection. Undefined when the upstream cannot be reached, when it sends something
 * that `accept` rejects, or when `signal` aborts.
 */
export function askTcp<T>(
  { address, port }: Upstream,
  message: Buffer,
  { accept, signal }: { accept: (bytes: Buffer) => T | undefined; signal: AbortSignal },
): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<T | undefined>();
  const socket = connect({ host: address, port });
  const frames = splitFrames(0xffff);
  const stop = () => resolve(undefined);
  socket.on('error', stop);
  socket.on('close', stop);
  socket.on('data', (chunk) => {
    const [first] = frames.push(chunk) ?? [];
    if (first !== undefined) resolve(accept(first));
  });
  socket.write(frameMessage(message));
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  return promise.finally(() => {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  });
}
