import { BrokenConnection } from '../http1/broken-connection.ts';
import type { Line } from '../http1/line.ts';
import { type Head, readHead } from '../http1/read-head.ts';
import { requestHead } from '../http1/request-head.ts';
import { TWO_WAY_PROTOCOL, TwoWayCall } from '../two-way/two-way-call.ts';
import { BINARY, CLOSE, frameHead, PING, PONG, readFrame, TEXT } from './client-frames.ts';

/**
 * A key proves that the other side speaks WebSocket and no cache answered. Here the path and the subprotocol do, so it is
 * constant, with its answer: making one needs `node:crypto`, which takes longer to load than a whole call.
 */
const KEY = 'AAAAAAAAAAAAAAAAAAAAAA==';
const ACCEPT = 'ICX+Yqv66kxgM0FcWaLWlFLwTAI=';

export interface TwoWayRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The error of an answer that refuses the upgrade. */
  readonly refuse: (head: Head) => Error;
}

/**
 * Upgrades a connection for one call, which may begin at once: its first messages leave together with the request, so
 * that the capsule need not wait for them. Everything that goes wrong ends the connection with its cause.
 */
export function openTwoWay(line: Line, request: TwoWayRequest): TwoWayCall {
  const { socket } = line;
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': KEY,
    'sec-websocket-protocol': TWO_WAY_PROTOCOL,
  };
  socket.write(requestHead('GET', request.path, { ...request.headers, ...upgrade }));
  const send = (operation: number, data: Uint8Array) => {
    socket.cork();
    socket.write(frameHead(operation, data.length));
    socket.write(data);
    socket.uncork();
  };
  const call = new TwoWayCall({
    sendBytes: (bytes) => send(BINARY, bytes),
    sendText: (text) => send(TEXT, Buffer.from(text)),
  });
  void receive(line, request, { call, pong: (data) => send(PONG, data) });
  return call;
}

interface Receiver {
  readonly call: TwoWayCall;
  readonly pong: (data: Uint8Array) => void;
}

/** Passes frames on until the connection ends; the call then ends too, and its reader sees what is missing. */
async function receive(line: Line, { refuse }: TwoWayRequest, { call, pong }: Receiver) {
  try {
    await expectUpgrade(line, refuse);
    for (;;) {
      const frame = await readFrame(line.source);
      if (frame === undefined) return;
      const { operation, data } = frame;
      if (operation === PING) pong(data);
      else if (operation === CLOSE) return;
      else if (operation === TEXT && !call.receiveCredit(String(data))) return;
      else if (operation === BINARY && !call.receive(data)) return;
    }
  } catch (error) {
    line.breakOff(error);
  } finally {
    call.close();
  }
}

async function expectUpgrade({ source }: Line, refuse: (head: Head) => Error): Promise<void> {
  const head = await readHead(source);
  if (head === undefined) throw new BrokenConnection('the answer is not HTTP/1.1');
  if (head.status !== 101) throw refuse(head);
  if (head.headers.get('sec-websocket-accept') !== ACCEPT) {
    throw new BrokenConnection('the answer is not a WebSocket');
  }
}
