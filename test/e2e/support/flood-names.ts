/**
 * Sends COUNT questions for different names to SERVER from wherever it is run, as fast as it can, and
 * prints how many answers came until no further one had come for QUIET milliseconds, and when.
 *
 *     node flood-names.ts SERVER COUNT QUIET
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { nameQuery } from '@capsule/testkit';

export interface Flood {
  readonly answers: number;
  /** When the first question was sent, in milliseconds since 1970. */
  readonly firstAt: number;
  /** When the last answer came. */
  readonly lastAt: number;
}

const [server = '', count = '', quietMs = ''] = process.argv.slice(2);

/** A client that asks for a silent upstream gets an answer when all tries are over. */
const FIRST_ANSWER_MS = 60_000;

const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
let answers = 0;
let lastAt = 0;
/** Until the first answer it is the patience with a responder that gives none. */
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
