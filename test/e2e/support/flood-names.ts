/**
 * Sends COUNT queries for different names to SERVER as fast as possible. It counts the answers until none
 * arrives for QUIET milliseconds, and prints the number and the times. `node flood-names.ts SERVER COUNT
 * QUIET`
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { nameQuery } from '@capsule/testkit';

export interface Flood {
  readonly answers: number;
  /** The time of the first query, in milliseconds since 1970. */
  readonly firstAt: number;
  /** The time of the last answer. */
  readonly lastAt: number;
}

const [server = '', count = '', quietMs = ''] = process.argv.slice(2);

/** If the upstream does not answer, the client gets an answer after all tries. */
const FIRST_ANSWER_MS = 60_000;

const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
let answers = 0;
let lastAt = 0;
/** Before the first answer, the maximum time to wait for the responder. */
let quiet = setTimeout(() => socket.close(), FIRST_ANSWER_MS);
socket.on('message', () => {
  answers += 1;
  lastAt = Date.now();
  clearTimeout(quiet);
  quiet = setTimeout(() => socket.close(), Number(quietMs));
});
socket.connect(53, server);
await once(socket, 'connect');
const firstAt = Date.now();
for (let index = 0; index < Number(count); index += 1) {
  const sent = Promise.withResolvers<void>();
  const query = nameQuery({ name: `n${index}-${process.pid}.flood.test`, id: index & 0xffff });
  socket.send(query, () => sent.resolve());
  await sent.promise;
}
await once(socket, 'close');
const flood: Flood = { answers, firstAt, lastAt };
process.stdout.write(`${JSON.stringify(flood)}\n`);
