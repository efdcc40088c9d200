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

/** Upgrades a connection for one call. Undefined, and the head of the answer, where the server refuses. */
export async function openTwoWay(
  line: Line,
  { path, headers }: { readonly path: string; readonly headers: Readonly<Record<string, string>> },
): Promise<TwoWayCall | Head> {
  const { socket, source } = line;
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': KEY,
    'sec-websocket-protocol': TWO_WAY_PROTOCOL,
  };
  socket.write(requestHead('GET', path, { ...headers, ...upgrade }));
  const head = await readHead(source);
  if (head === undefined) throw new BrokenConnection('the answer is not HTTP/1.1');
  if (head.status !== 101) return head;
  if (head.headers.get('sec-websocket-accept') !== ACCEPT) {
    throw new BrokenConnection('the answer is not a WebSocket');
  }
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
  void receive(line, call, (data) => send(PONG, data));
  return call;
}

/** Passes frames on until the connection ends; the call then ends too, and its reader sees what is missing. */
async function receive(
  { source }: Line,
  call: TwoWayCall,
  pong: (data: Uint8Array) => void,
): Promise<void> {
  try {
    for (
      let frame = await readFrame(source);
      frame !== undefined;
      frame = await readFrame(source)
    ) {
      const { operation, data } = frame;
      if (operation === PING) pong(data);
      else if (operation === CLOSE) break;
      else if (operation === TEXT && !call.receiveCredit(String(data))) break;
      else if (operation === BINARY && !call.receive(data)) break;
    }
  } finally {
    call.close();
  }
}
