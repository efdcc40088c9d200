import type { Socket } from 'node:net';
import { LIMITS, TIMES } from '../limits.ts';
import { frameMessage, splitFrames } from '../message/frames.ts';
import type { ListenerParts } from './listener.ts';
import type { Client } from './query-handler.ts';

/**
 * Answers the messages of one connection, several at a time, each when it is ready (RFC 7766). Closes the
 * connection when the client is idle for too long, when a message takes too long to arrive or an answer to
 * be read, and when the client breaks the protocol.
 */
export function serveConnection(
  socket: Socket,
  client: Client,
  { handle, onFailure }: Pick<ListenerParts, 'handle' | 'onFailure'>,
): void {
  const frames = splitFrames(LIMITS.queryBytes);
  const queue: Buffer[] = [];
  let underWay = 0;
  let isEnding = false;
  let timer: NodeJS.Timeout | undefined;

  /** Restarts the timer. A message that has begun has less time than an idle connection. */
  function touch(): void {
    clearTimeout(timer);
    timer = setTimeout(() => socket.destroy(), frames.isWithin ? TIMES.messageMs : TIMES.idleMs);
  }

  async function answer(bytes: Buffer): Promise<void> {
    try {
      const reply = await handle(bytes, client);
      if (reply !== undefined && socket.writable) socket.write(frameMessage(reply));
    } catch (failure) {
      onFailure(failure);
      socket.destroy();
    }
  }

  function proceed(): void {
    while (queue.length > 0 && canTakeMore()) {
      const [next] = queue.splice(0, 1);
      if (next === undefined) break;
      underWay += 1;
      void answer(next).then(() => {
        underWay -= 1;
        touch();
        proceed();
      });
    }
    if (queue.length > 0) socket.pause();
    else if (isEnding && underWay === 0) socket.end();
    else socket.resume();
  }

  function canTakeMore(): boolean {
    return underWay < LIMITS.pipelined && !socket.writableNeedDrain;
  }

  touch();
  socket.on('data', (chunk) => {
    const isFirst = !frames.isWithin;
    const messages = frames.push(chunk);
    if (messages === undefined) return void socket.destroy();
    queue.push(...messages);
    if (isFirst || messages.length > 0) touch();
    proceed();
  });
  socket.on('drain', proceed);
  socket.on('end', () => {
    isEnding = true;
    proceed();
  });
  // The client left before the end; the connection only has to be closed.
  socket.on('error', () => undefined);
  socket.on('close', () => clearTimeout(timer));
}
