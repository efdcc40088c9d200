import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { capsuleLog, missing } from './binary.ts';
import { readRecords } from './log-writer.ts';
import { Program } from './program.ts';
import { createScratch, type Scratch } from './scratch.ts';
import { until } from './until.ts';

async function listen(scratch: Scratch, more: readonly string[] = []) {
  const [path, base] = [scratch.path('a.log'), scratch.path('vsock')];
  const program = new Program(capsuleLog, ['path', path, 'listen', base, ...more]);
  await until('the sockets', () => existsSync(`${base}_53`) && existsSync(`${base}_54`));
  // The mode is set after the socket is there.
  await until('the mode', () => (statSync(`${base}_54`).mode & 0o777) === 0o600);
  const open = async (port: number): Promise<Socket> => {
    const socket = connect(`${base}_${port}`);
    await once(socket, 'connect');
    return socket;
  };
  return { path, base, program, open };
}

describe('capsule-log listen', { skip: await missing(capsuleLog), timeout: 60_000 }, () => {
  test('writes the output of guests on both ports, also after a reconnect', async () => {
    await using scratch = await createScratch();
    const { path, program, open } = await listen(scratch);
    await using _program = program;
    const first = await open(53);
    first.write('one\ntw');
    await until('the first record', () => existsSync(path) && readRecords(path).length === 1);
    first.destroy();
    await until('the open line', () => readRecords(path).length === 2);
    const again = await open(53);
    again.end('o\nthree\n');
    await until('the rest', () => readRecords(path).length === 4);
    (await open(54)).end('oops\n');
    await until('stderr', () => readRecords(path).length === 5);
    assert.deepEqual(readRecords(path), [
      { stream: 'stdout', tag: 'F', text: 'one' },
      { stream: 'stdout', tag: 'P', text: 'tw' },
      { stream: 'stdout', tag: 'F', text: 'o' },
      { stream: 'stdout', tag: 'F', text: 'three' },
      { stream: 'stderr', tag: 'F', text: 'oops' },
    ]);
    program.child.kill('SIGTERM');
    assert.equal(await program.exit, 0);
  });

  test('replaces leftover sockets, and sets the owner of the new ones', async () => {
    await using scratch = await createScratch();
    writeFileSync(scratch.path('vsock_53'), 'stale');
    const { base, program } = await listen(scratch, ['owner', '4711']);
    await using _program = program;
    await until('the owner', () => statSync(`${base}_54`).uid === 4711);
    assert.equal(statSync(`${base}_53`).uid, 4711);
    assert.ok(statSync(`${base}_53`).isSocket());
    program.child.kill('SIGTERM');
    assert.equal(await program.exit, 0);
    assert.ok(!existsSync(`${base}_53`) && !existsSync(`${base}_54`));
  });

  test('after TERM, it accepts no connection, and serves the open ones to their end', async () => {
    await using scratch = await createScratch();
    const { path, base, program, open } = await listen(scratch);
    await using _program = program;
    const socket = await open(53);
    socket.write('before\n');
    await until('the first record', () => existsSync(path) && readRecords(path).length === 1);
    program.child.kill('SIGTERM');
    await until('the sockets to go', () => !existsSync(`${base}_53`));
    socket.write('after\n');
    socket.end('last');
    assert.equal(await program.exit, 0);
    assert.deepEqual(
      readRecords(path).map(({ tag, text }) => `${tag} ${text}`),
      ['F before', 'F after', 'P last'],
    );
  });

  test('a guest that stays connected delays its exit by two seconds', async () => {
    await using scratch = await createScratch();
    const { path, program, open } = await listen(scratch);
    await using _program = program;
    const socket = await open(54);
    socket.on('error', () => {});
    socket.write('no end');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    program.child.kill('SIGTERM');
    assert.equal(await program.exit, 0);
    const took = performance.now() - start;
    assert.ok(took > 1500 && took < 4000, `${took} ms`);
    assert.deepEqual(readRecords(path), [{ stream: 'stderr', tag: 'P', text: 'no end' }]);
    socket.destroy();
  });

  test('many connections of a guest do not increase its memory', async () => {
    await using scratch = await createScratch();
    const { path, program, open } = await listen(scratch);
    await using _program = program;
    const sockets = await Promise.all(Array.from({ length: 100 }, () => open(53)));
    for (const [index, socket] of sockets.entries()) socket.end(`${index}\n`);
    await until('all records', () => existsSync(path) && readRecords(path).length === 100);
    program.child.kill('SIGTERM');
    assert.equal(await program.exit, 0);
  });
});
