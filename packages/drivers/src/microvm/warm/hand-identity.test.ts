import assert from 'node:assert/strict';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SAMPLE_MACHINE } from '../vmm/sample-machine.ts';
import { handIdentity } from './hand-identity.ts';

const CONFIG = {
  token: 'ab'.repeat(32),
  hostname: 'web',
  network: SAMPLE_MACHINE.tap,
  unixNanos: '1',
  generation: 3,
};
const MAGIC = 'capsule-boot 1\n';

/** A guest that answers each connection to its port, in turn, with one of these; empty breaks the connection. */
async function openGuest(t: TestContext, answers: string[]) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'capsule-identity-'));
  const identities: Record<string, unknown>[] = [];
  const server = createServer((socket) => {
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (text === 'CONNECT 50\n') socket.write('OK 7\n');
      if (text.endsWith('\0')) answer(socket, text.slice('CONNECT 50\n'.length));
    });
  });
  const answer = (socket: Socket, sent: string) => {
    assert.ok(sent.startsWith(MAGIC));
    identities.push(JSON.parse(sent.slice(MAGIC.length).replaceAll('\0', '')));
    socket.end(answers.shift() ?? '');
  };
  const vsock = join(folder.path, 'vsock');
  server.listen(vsock);
  t.after(async () => {
    server.close();
    await folder[Symbol.asyncDispose]();
  });
  const disk = join(folder.path, 'disk');
  await writeFile(disk, Buffer.alloc(4096));
  const sockets = { ...SAMPLE_MACHINE.sockets, vsock };
  const machine = { ...SAMPLE_MACHINE, sockets, disks: [{ path: disk, readOnly: false }] };
  const hand = (checkAlive = async () => {}) => handIdentity(machine, CONFIG, checkAlive);
  return { identities, hand };
}

test('a guest gets its identity again when the resume breaks the connection', async (t) => {
  const { identities, hand } = await openGuest(t, ['', 'ok\n']);
  await hand();
  assert.equal(identities.length, 2);
  const [first] = identities;
  assert.deepEqual([first?.['token'], first?.['hostname']], [CONFIG.token, 'web']);
  assert.deepEqual(first?.['diskSectors'], [8]);
  assert.match(String(first?.['seed']), /^[0-9a-f]{128}$/);
  const network = JSON.stringify(first?.['network']);
  assert.ok(network.includes(SAMPLE_MACHINE.tap.hardwareAddress), network);
});

test('no two guests get the same random bytes', async (t) => {
  const { identities, hand } = await openGuest(t, ['ok\n', 'ok\n']);
  await hand();
  await hand();
  assert.notEqual(identities[0]?.['seed'], identities[1]?.['seed']);
});

test('a guest that refuses its identity is not resumed, and the error has its reason', async (t) => {
  const { hand } = await openGuest(t, ['vdb did not get its size\n']);
  await assert.rejects(hand(), { code: 'MICROVM_NOT_RESUMED', message: /vdb did not get/ });
});

test('a machine that is gone ends the wait', async (t) => {
  const { hand } = await openGuest(t, ['']);
  const gone = new Error('gone');
  await assert.rejects(
    hand(() => Promise.reject(gone)),
    gone,
  );
});
