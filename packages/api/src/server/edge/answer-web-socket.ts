import type { IncomingMessage } from 'node:http';
import type { ContextValues } from '@connectrpc/connect';
import type { UniversalHandler, UniversalServerRequest } from '@connectrpc/connect/protocol';
import type { RawData, WebSocket } from 'ws';
import { TwoWayCall } from '../../two-way/two-way-call.ts';

/** Codes of RFC 6455, 7.4.1. */
const NORMAL = 1000;
const PROTOCOL_ERROR = 1002;

export interface WebSocketExchange {
  readonly handler: UniversalHandler;
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly values: ContextValues;
}

/**
 * Answers one call over a WebSocket, by the same handler as over HTTP: the client sends the body of a request and
 * gets the body of its response. The socket ends with the call, and the call with the socket.
 */
export async function answerWebSocket(exchange: WebSocketExchange): Promise<void> {
  const { socket, handler } = exchange;
  const gone = new AbortController();
  const call = openCall(socket, gone);
  try {
    const { body } = await handler(toUniversal(exchange, call.incoming(), gone.signal));
    for await (const piece of body ?? []) await call.send(piece, gone.signal);
    socket.close(NORMAL);
  } catch {
    // The handler turns its own failures into answers, so the client is gone, and its signal has ended the call.
    socket.terminate();
  }
}

function openCall(socket: WebSocket, gone: AbortController): TwoWayCall {
  const call = new TwoWayCall({
    sendBytes: (bytes) => socket.send(bytes),
    sendText: (text) => socket.send(text),
  });
  socket.on('message', (data: RawData, isBinary) => {
    const bytes = data as Buffer;
    const isFine = isBinary ? call.receive(bytes) : call.receiveCredit(bytes.toString('latin1'));
    if (!isFine) socket.close(PROTOCOL_ERROR);
  });
  // An error is followed by `close`, which ends the call.
  socket.on('error', () => undefined);
  socket.once('close', () => {
    gone.abort();
    call.close();
  });
  return call;
}

function toUniversal(
  { request, values }: WebSocketExchange,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): UniversalServerRequest {
  const header = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string') header.set(name, value);
  }
  header.set('content-type', 'application/connect+proto');
  // It goes both ways, as HTTP/2 does.
  const constant = { httpVersion: '2.0', method: 'POST', url: 'http://capsule/' };
  return { ...constant, header, body, signal, contextValues: values };
}
