import type { PortProblem } from '../claim.ts';
import { type PublishedPort, portKey } from './published-port.ts';
import { listenTcp } from './tcp-proxy.ts';
import { listenUdp } from './udp-proxy.ts';

const LOOPBACK = '127.0.0.1';

export interface ForwardRequest {
  /** The capsule's address, where the ports are. */
  readonly address: string;
  /** Each value is the whole set that is published from then on. */
  readonly published: AsyncIterable<readonly PublishedPort[]>;
  /** Told after each change: the ports that 127.0.0.1 does not have, and why. */
  readonly report: (problems: readonly PortProblem[]) => Promise<void>;
}

/**
 * Makes the published ports of a capsule reachable on the host's 127.0.0.1, following the sets as
 * they come; ends, with every listener closed, when the sequence ends or fails. A port that
 * somebody else has is reported and tried again with the next set.
 */
export async function forwardPorts(request: ForwardRequest): Promise<void> {
  const listeners = new Map<string, AsyncDisposable>();
  try {
    for await (const wanted of request.published) {
      const keys = new Set(wanted.map(portKey));
      for (const [key, listener] of listeners) {
        if (keys.has(key)) continue;
        listeners.delete(key);
        await listener[Symbol.asyncDispose]();
      }
      const problems: PortProblem[] = [];
      for (const port of wanted) {
        if (listeners.has(portKey(port))) continue;
        try {
          listeners.set(portKey(port), await listen(port, request.address));
        } catch (cause) {
          problems.push({ ...port, why: reason(cause) });
        }
      }
      await request.report(problems);
    }
  } finally {
    await Promise.all([...listeners.values()].map((listener) => listener[Symbol.asyncDispose]()));
  }
}

function listen({ protocol, port }: PublishedPort, address: string): Promise<AsyncDisposable> {
  const [from, to] = [
    { host: LOOPBACK, port },
    { host: address, port },
  ];
  return protocol === 'tcp' ? listenTcp(from, to) : listenUdp(from, to);
}

function reason(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return code === 'EADDRINUSE' ? 'taken by another program of this machine' : message;
}
