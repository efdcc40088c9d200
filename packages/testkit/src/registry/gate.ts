import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { waitForPort } from './wait-for-port.ts';

/**
 * `node gate.ts PORT TARGET`: stands before a registry and misbehaves on request. One word a line on
 * standard input says how from then on, and is answered on standard output when it holds:
 *
 *     pass       carry every connection through; holds when the registry listens
 *     refuse     accept nothing: connections are refused
 *     stall      accept, and never answer
 *     cut N      carry N bytes of answer on each connection, then reset it
 *
 * Open connections are reset with each change. Ends with its standard input.
 */
type Behaviour =
  | { readonly do: 'pass' | 'refuse' | 'stall' }
  | { readonly do: 'cut'; readonly afterBytes: number };

const HOST = '127.0.0.1';
const NEVER = new Promise<never>(() => undefined); // our parent watches the registry
const [port, target] = process.argv.slice(2).map(Number);
const open = new Set<Socket>();
let behaviour: Behaviour = { do: 'pass' };

const server = createServer((client) => {
  track(client);
  if (behaviour.do === 'stall') return;
  const upstream = connect({ host: HOST, port: target ?? 0 });
  track(upstream);
  client.pipe(upstream);
  if (behaviour.do === 'cut') cut(upstream, client, behaviour.afterBytes);
  else upstream.pipe(client);
  client.once('close', () => upstream.destroy());
  upstream.once('close', () => client.destroySoon());
});

for await (const line of createInterface({ input: process.stdin })) {
  behaviour = parse(line);
  for (const socket of open) socket.resetAndDestroy();
  if (behaviour.do === 'refuse') await closed();
  else await listening();
  if (behaviour.do === 'pass') await waitForPort({ host: HOST, port: target ?? 0 }, NEVER);
  process.stdout.write(`${line}\n`);
}
process.exit(0);

function parse(line: string): Behaviour {
  const [word = '', count] = line.split(' ');
  if (word === 'cut') return { do: 'cut', afterBytes: Number(count) };
  return { do: word as 'pass' | 'refuse' | 'stall' };
}

function cut(upstream: Socket, client: Socket, afterBytes: number): void {
  let left = afterBytes;
  upstream.on('data', (chunk: Buffer) => {
    client.write(chunk.subarray(0, left));
    left -= chunk.length;
    if (left > 0) return;
    upstream.destroy();
    client.resetAndDestroy();
  });
}

function track(socket: Socket): void {
  open.add(socket);
  socket.on('error', () => undefined); // the other side is closed by its own events
  socket.once('close', () => open.delete(socket));
}

function listening(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (server.listening) resolve();
  else server.listen(port, HOST, resolve);
  return promise;
}

function closed(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (!server.listening) resolve();
  else server.close(() => resolve());
  return promise;
}
