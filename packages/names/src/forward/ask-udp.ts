import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { LIMITS } from '../limits.ts';
import type { Upstream } from './upstream.ts';

/**
 * Sends `message` from a new port, which the kernel picks at random, and passes each reply to `accept`
 * until that returns something. Only packets from the upstream's own address and port arrive: the socket
 * is connected. Undefined when the upstream cannot be reached, when too many wrong answers arrive, or when
 * `signal` aborts.
 */
export function askUdp<T>(
  upstream: Upstream,
  message: Buffer,
  { accept, signal }: { accept: (bytes: Buffer) => T | undefined; signal: AbortSignal },
): Promise<T | 'flooded' | undefined> {
  const { promise, resolve } = Promise.withResolvers<T | 'flooded' | undefined>();
  const family = isIPv6(upstream.address) ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    // The address is numeric already; never use the system's resolver, which may be this responder.
    lookup: (host, _options, done) => done(null, host, family),
  });
  let wrong = 0;
  const stop = () => resolve(undefined);
  socket.on('error', stop);
  socket.on('message', (bytes) => {
    const accepted = accept(bytes);
    if (accepted !== undefined) return resolve(accepted);
    wrong += 1;
    if (wrong > LIMITS.wrongAnswers) resolve('flooded');
  });
  socket.connect(upstream.port, upstream.address, (failure?: Error) => {
    if (failure === undefined) socket.send(message);
    else stop();
  });
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  return promise.finally(() => {
    signal.removeEventListener('abort', stop);
    // An error may still arrive for a socket that is no longer in use.
    socket
      .removeAllListeners()
      .on('error', () => undefined)
      .close();
  });
}
