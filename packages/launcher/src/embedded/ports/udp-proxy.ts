import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Endpoint } from './tcp-proxy.ts';

/** A client that sends nothing for this long is forgotten, as in connection tracking. */
const IDLE_MS = 60_000;
const MAX_CLIENTS = 1024;

interface Flow {
  readonly socket: Socket;
  readonly timer: NodeJS.Timeout;
}

/**
 * Listens at `from` and carries datagrams to `to` and answers back, one socket per client. The
 * oldest client is forgotten when there are too many. Fails with the error of binding.
 */
export async function listenUdp(from: Endpoint, to: Endpoint): Promise<AsyncDisposable> {
  const server = createSocket('udp4');
  const flows = new Map<string, Flow>();
  const forget = (key: string) => {
    const flow = flows.get(key);
    if (flow === undefined || !flows.delete(key)) return;
    clearTimeout(flow.timer);
    flow.socket.close();
  };
  const flowFor = (address: string, port: number): Flow => {
    const key = `${address}:${port}`;
    const known = flows.get(key);
    if (known !== undefined) return known;
    const [oldest] = flows.keys();
    if (flows.size >= MAX_CLIENTS && oldest !== undefined) forget(oldest);
    const socket = createSocket('udp4');
    const flow = { socket, timer: setTimeout(() => forget(key), IDLE_MS).unref() };
    socket.on('message', (answer) => {
      flow.timer.refresh();
      server.send(answer, port, address);
    });
    socket.on('error', () => forget(key)); // a refusal of the target: the client may try again
    socket.connect(to.port, to.host);
    flows.set(key, flow);
    return flow;
  };
  server.on('message', (message, { address, port }) => {
    const flow = flowFor(address, port);
    flow.timer.refresh();
    sendWhenConnected(flow.socket, message);
  });
  server.bind({ address: from.host, port: from.port, exclusive: true });
  await once(server, 'listening');
  server.on('error', () => undefined); // an answer that cannot be delivered is lost, as UDP is
  return {
    [Symbol.asyncDispose]: async () => {
      for (const key of [...flows.keys()]) forget(key);
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

function sendWhenConnected(socket: Socket, message: Buffer): void {
  try {
    socket.remoteAddress();
    socket.send(message);
  } catch {
    socket.once('connect', () => socket.send(message));
  }
}
