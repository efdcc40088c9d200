/**
 * A program that sends and answers small messages from inside one network namespace. It reads
 * requests from standard input and ends with it.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { TrafficRequest } from './protocol.ts';

type Serve = Extract<TrafficRequest, { do: 'serve' }>;
type Ask = Extract<TrafficRequest, { do: 'ask' }>;

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as TrafficRequest;
  void act(request).then((answer) => {
    process.stdout.write(`${JSON.stringify({ id: request.id, answer })}\n`);
  });
}
process.exit(0);

async function act(request: TrafficRequest): Promise<string> {
  if (request.do === 'ask') return request.protocol === 'tcp' ? askTcp(request) : askUdp(request);
  await (request.protocol === 'tcp' ? serveTcp(request) : serveUdp(request));
  return 'serving';
}

async function serveTcp({ address, port, name }: Serve): Promise<void> {
  const server = createServer((socket) => {
    // A client that has its answer and left is no failure of the server.
    socket.on('error', () => undefined);
    socket.end(`${name} saw ${socket.remoteAddress}`);
  });
  server.listen(port, address);
  await once(server, 'listening');
}

async function serveUdp({ address, port, name }: Serve): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('message', (_, from) =>
    socket.send(`${name} saw ${from.address}`, from.port, from.address),
  );
  socket.bind(port, address);
  await once(socket, 'listening');
}

function askTcp({ address, port, patienceMs, payload }: Ask): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host: address, port });
  const chunks: Buffer[] = [];
  if (payload !== undefined) socket.end(Buffer.from(payload, 'base64'));
  socket.setTimeout(patienceMs, () => resolve('silent'));
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('end', () => resolve(textOf(Buffer.concat(chunks), payload)));
  socket.on('error', (failure) => resolve(wordFor(failure)));
  return promise.finally(() => socket.destroy());
}

async function askUdp({ address, port, sourcePort, patienceMs, payload }: Ask): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = createSocket('udp4');
  const timer = setTimeout(() => resolve('silent'), patienceMs);
  socket.on('message', (message) => resolve(textOf(message, payload)));
  socket.on('error', (failure) => resolve(wordFor(failure)));
  socket.bind(sourcePort);
  await once(socket, 'listening');
  socket.connect(port, address, (failure?: Error) => {
    if (failure) resolve(wordFor(failure));
    else socket.send(payload === undefined ? 'who is there?' : Buffer.from(payload, 'base64'));
  });
  const answer = await promise;
  clearTimeout(timer);
  socket.close();
  return answer;
}

function textOf(bytes: Buffer, payload: string | undefined): string {
  return bytes.toString(payload === undefined ? 'utf8' : 'base64');
}

function wordFor(failure: NodeJS.ErrnoException): string {
  return failure.code === 'ECONNREFUSED' ? 'refused' : String(failure.code);
}
