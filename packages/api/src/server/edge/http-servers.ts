import http from 'node:http';
import http2 from 'node:http2';
import type { Socket } from 'node:net';
import { WIDE_SETTINGS, widenWindow } from '../../http2/widen-window.ts';
import type { NodeRequest, NodeResponse } from './answer-request.ts';
import { Deadlines } from './deadlines.ts';
import type { EdgeLimits } from './limits.ts';
import type { Upgrade } from './upgrade.ts';

/** Gets connections by its event `connection`, and never listens itself. */
export interface HttpServer {
  emit(event: 'connection', socket: Socket): boolean;
}

type Answer = (request: NodeRequest, response: NodeResponse) => void;

export function createHttp1(
  answer: Answer,
  upgrades: Readonly<Record<string, Upgrade>>,
  limits: EdgeLimits,
): HttpServer {
  const upgradeOf = ({ headers }: http.IncomingMessage) =>
    Object.entries(upgrades).find(([name]) => name === headers.upgrade?.toLowerCase())?.[1];
  // The server's own limits of time need a server that listens; these do not depend on single bytes that dribble in.
  const due = new Deadlines();
  const server = http.createServer({
    maxHeaderSize: limits.headerBytes,
    keepAliveTimeout: limits.idleMs,
    shouldUpgradeCallback: (request) => upgradeOf(request) !== undefined,
  });
  server.on('connection', (socket) => {
    due.set(socket, limits.headersMs);
    socket.once('close', () => due.clear(socket));
  });
  server.on('request', (request, response) => {
    const { socket } = request;
    due.clear(socket);
    // A long upload may take hours: only a pause in it is limited.
    socket.setTimeout(limits.idleMs);
    request.once('end', () => socket.setTimeout(0));
    response.once('close', () => due.set(socket, limits.idleMs));
    answer(request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    due.clear(socket);
    upgradeOf(request)?.(request, socket, head);
  });
  return server;
}

export function createHttp2(answer: Answer, limits: EdgeLimits): HttpServer {
  const settings = {
    ...WIDE_SETTINGS,
    maxConcurrentStreams: limits.streams,
    maxHeaderListSize: limits.headerBytes,
  };
  const server = http2.createServer({ settings }, answer);
  server.on('connection', (socket) => {
    // A session ends when its client has ended its half.
    socket.allowHalfOpen = false;
  });
  // The bytes are HTTP/2, and the handshake of TLS has settled on something else: Node would keep the connection.
  server.on('unknownProtocol', (socket) => socket.destroy());
  server.on('session', (session) => {
    widenWindow(session);
    closeWhenIdle(session, limits.idleMs);
  });
  return server;
}

function closeWhenIdle(session: http2.ServerHttp2Session, idleMs: number): void {
  let open = 0;
  session.on('stream', (stream) => {
    open += 1;
    stream.once('close', () => {
      open -= 1;
    });
  });
  session.setTimeout(idleMs, () => {
    if (open === 0) session.close();
  });
}
