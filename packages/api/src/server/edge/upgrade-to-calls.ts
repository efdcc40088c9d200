import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ContextValues } from '@connectrpc/connect';
import { WebSocketServer } from 'ws';
import { PIECE_BYTES, TWO_WAY_PROTOCOL } from '../../two-way/two-way-call.ts';
import { answerWebSocket } from './answer-web-socket.ts';
import { type CallHandlers, isOpen, pathOf } from './call-handlers.ts';
import type { Upgrade } from './upgrade.ts';

/** Upgrades connections to WebSockets, each for one call, whose path is that of the request. */
export function upgradeToCalls(
  handlers: CallHandlers,
  describe: (request: IncomingMessage) => ContextValues,
): Upgrade {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: PIECE_BYTES,
    handleProtocols: () => TWO_WAY_PROTOCOL,
  });
  return (request, socket, head) => {
    const handler = handlers.get(pathOf(request.url));
    // A call that needs no token is short; a WebSocket has all the time.
    if (handler === undefined || isOpen(handler)) return refuse(socket, '404 Not Found');
    if (!isOffered(request)) return refuse(socket, '400 Bad Request');
    if (!isOwnOrigin(request)) return refuse(socket, '403 Forbidden');
    const values = describe(request);
    server.handleUpgrade(request, socket, head, (webSocket) => {
      void answerWebSocket({ handler, socket: webSocket, request, values });
    });
  };
}

function isOffered({ headers }: IncomingMessage): boolean {
  const offers = headers['sec-websocket-protocol']?.split(',') ?? [];
  return offers.some((offer) => offer.trim() === TWO_WAY_PROTOCOL);
}

/** Browsers open WebSockets for any page to any host, and name the page's origin. */
function isOwnOrigin({ headers: { origin, host } }: IncomingMessage): boolean {
  return origin === undefined || URL.parse(origin)?.host === host;
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    socket.destroy(),
  );
}
