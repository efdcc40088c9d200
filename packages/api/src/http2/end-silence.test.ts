import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import {
  type AddressInfo,
  createServer as createLink,
  connect as dial,
  type Socket,
} from 'node:net';
import { test } from 'node:test';
import { endSilence } from './end-silence.ts';

/** A link to a port that can be cut without a notice to either end. */
async function openLink(port: number) {
  const ends: Socket[] = [];
  const link = createLink((near) => {
    const far = dial(port, '127.0.0.1');
    ends.push(near, far);
    for (const end of ends) end.on('error', () => undefined);
    near.pipe(far).pipe(near);
  });
  link.listen(0, '127.0.0.1');
  await once(link, 'listening');
  return {
    port: (link.address() as AddressInfo).port,
    cut() {
      for (const end of ends) end.unpipe().pause();
    },
    [Symbol.dispose]() {
      for (const end of ends) end.destroy();
      link.close();
    },
  };
}

test('a connection whose other side is silent ends, also with bytes on their way', async () => {
  const server = createServer().on('stream', (stream) => stream.respond({ ':status': 200 }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  {
    using link = await openLink((server.address() as AddressInfo).port);
    const session = connect(`http://127.0.0.1:${link.port}`);
    const ended = new Promise((resolve) => session.once('error', resolve));
    endSilence(session, { pingEveryMs: 20, mostMs: 200 });
    const stream = session.request({ ':method': 'POST' }).on('error', () => undefined);
    await once(stream, 'response');
    // The answers to pings keep an idle connection, for longer than the limit.
    await once(AbortSignal.timeout(300), 'abort');
    assert.equal(session.destroyed, false);
    link.cut();
    stream.write('typed');
    assert.match(String(await ended), /it does not answer/);
  }
  server.close();
});
