import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { workloadToProto } from '@capsule/api/wire';
import type { CapsuleTarget } from '../../program/context/capsule-target.ts';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';
import { sampleWorkload } from '../../testing/sample-workload.ts';

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'capsulectl-run-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function listenAt(path: string): Promise<AsyncDisposable> {
  const server = createServer().listen(path);
  await once(server, 'listening');
  return server;
}

/** Returns the target of the program, from a connection that is never made. */
async function targetOf(
  socketFolder: string,
  env: Record<string, string> = {},
  words: string[] = [],
) {
  const targets: CapsuleTarget[] = [];
  const result = await runCapsulectl(['workload', 'list', ...words], {
    socketFolder,
    env,
    connect: (target) => {
      targets.push(target);
      throw new Error('not connected in this test');
    },
  });
  return { target: targets[0], ...result };
}

test('--capsule goes before CAPSULE_HOST, which goes before what runs here', async () => {
  await using folder = await temporaryFolder();
  await using _own = await listenAt(join(folder.path, 'capsuled.sock'));
  const env = { CAPSULE_HOST: 'unix:/b' };
  assert.equal((await targetOf(folder.path, env, ['--capsule', 'unix:/a'])).target, 'unix:/a');
  assert.equal((await targetOf(folder.path, env)).target, 'unix:/b');
  const own = `unix:${folder.path}/capsuled.sock`;
  assert.equal((await targetOf(folder.path, { CAPSULE_HOST: '' })).target, own);
});

test('the only embedded capsule is found', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'demo'));
  await using _demo = await listenAt(join(folder.path, 'demo/capsuled.sock'));
  assert.equal((await targetOf(folder.path)).target, `unix:${folder.path}/demo/capsuled.sock`);
});

test('several embedded capsules are an error that names them; dead sockets do not count', async () => {
  await using folder = await temporaryFolder();
  for (const name of ['a', 'b', 'dead']) await mkdir(join(folder.path, name));
  await writeFile(join(folder.path, 'dead/capsuled.sock'), '');
  await using _a = await listenAt(join(folder.path, 'a/capsuled.sock'));
  assert.equal((await targetOf(folder.path)).target, `unix:${folder.path}/a/capsuled.sock`);
  await using _b = await listenAt(join(folder.path, 'b/capsuled.sock'));
  const { exitCode, stderr } = await targetOf(folder.path);
  assert.equal(exitCode, 2);
  assert.match(
    stderr,
    /several capsules run on this machine: .*a\/capsuled\.sock, .*b\/capsuled\.sock/,
  );
});

test('no capsule at all is an error with what to do next', async () => {
  await using folder = await temporaryFolder();
  const { exitCode, stderr } = await targetOf(folder.path);
  assert.equal(exitCode, 1);
  assert.match(stderr, /error: no capsule found/);
  assert.match(
    stderr,
    /fix: start one with `npm start`, or adopt one on the network: `capsulectl discover`/,
  );
});

test('without permission to see the capsules, the error asks for root, and does not say that none runs', async () => {
  await using folder = await temporaryFolder();
  await targetOf(folder.path); // loads the command while everything is readable
  await chmod(folder.path, 0o755);
  await mkdir(join(folder.path, 'demo'), { mode: 0o000 });
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  const { exitCode, stderr } = await targetOf(folder.path);
  if (isRoot) process.seteuid?.(0);
  assert.equal(exitCode, 1);
  assert.match(stderr, /error: this user has no permission to see the capsules/);
  assert.match(stderr, /fix: run the command as root, or adopt the capsule for this user/);
});

test('a capsule that answers is asked', async () => {
  await using capsule = await startFakeCapsule({
    workload: { list: () => ({ workloads: [workloadToProto(sampleWorkload())] }) },
  });
  const words = ['workload', 'list', '-o', 'name', '--capsule', capsule.target];
  assert.equal((await runCapsulectl(words)).stdout, 'web\n');
});

test('a call for root on the capsule goes to the capsule here, not to one of the network', async () => {
  await using folder = await temporaryFolder();
  await using _own = await listenAt(join(folder.path, 'capsuled.sock'));
  const askedAt = async (socketFolder: string, env: Record<string, string>) => {
    const targets: CapsuleTarget[] = [];
    const connect = (target: CapsuleTarget) => {
      targets.push(target);
      throw new Error('not connected in this test');
    };
    const result = await runCapsulectl(['adoption', 'show'], { socketFolder, env, connect });
    return { target: targets[0], ...result };
  };
  const own = `unix:${folder.path}/capsuled.sock`;
  assert.equal((await askedAt(folder.path, { CAPSULE_HOST: 'away' })).target, own);
  assert.equal((await askedAt(folder.path, { CAPSULE_HOST: 'unix:/other' })).target, 'unix:/other');
  const laptop = await askedAt('/nonexistent', { CAPSULE_HOST: 'away' });
  assert.match(laptop.stderr, /there is no context named away/);
});
