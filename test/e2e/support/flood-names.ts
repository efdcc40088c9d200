/**
 * Sends COUNT questions for different names to SERVER from wherever it is run, as fast as it can, and
 * prints how many answers came until there was none for QUIET milliseconds, and when.
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

const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
let answers = 0;
let lastAt = 0;
const quiet = setTimeout(() => socket.close(), Number(quietMs));
socket.on('message', () => {
  answers += 1;
  lastAt = Date.now();
  quiet.refresh();
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
