import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CapsuleClient, CapsuleLogsRequest } from '@capsule/api/wire';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';

const INFO = {
  hostname: 'attic',
  capsuleVersion: '0.1.0',
  uptimeSeconds: 7200n,
  memoryTotalBytes: 8n * 1024n ** 3n,
  memoryAvailableBytes: 6n * 1024n ** 3n,
  workloadsTotal: 3,
  workloadsRunning: 2,
  problems: [{ code: 'STORE_DAMAGED', message: 'the store cannot be opened', hint: 'restore it' }],
};

test('info shows what is known, problems too, and leaves out what is not', async () => {
  await using capsule = await startFakeCapsule({ capsule: { getInfo: () => INFO } });
  const { stdout } = await runCapsulectl(['capsule', 'info'], capsule);
  assert.match(stdout, /^Hostname: +attic$/m);
  assert.match(stdout, /^Up: +2h$/m);
  assert.match(stdout, /^Workloads: +2 running of 3$/m);
  assert.match(stdout, /^Memory: +2 GiB of 8 GiB used$/m);
  assert.match(stdout, /^Problems: +STORE_DAMAGED: the store cannot be opened \(restore it\)$/m);
  assert.doesNotMatch(stdout, /Slot|Boot disk|Volumes/);
});

test('info says that workloads and space are unknown where the capsule cannot read them', async () => {
  const info = { ...INFO, workloadsTotal: 0, workloadsRunning: 0 };
  await using capsule = await startFakeCapsule({ capsule: { getInfo: () => info } });
  const { stdout } = await runCapsulectl(['capsule', 'info'], capsule);
  assert.match(stdout, /^Workloads: +unknown$/m);
  assert.match(stdout, /^State: +unknown$/m);
});

test('info shows the trial of a version, the watchdog, and how far off the clock is', async () => {
  const now = BigInt(Math.floor(Date.now() / 1000)) - 7200n;
  const info = {
    ...INFO,
    localTimeUnix: now,
    pendingSlot: 'slot_b',
    pendingDeadlineUnix: now + 540n,
    lastVersion: '0.0.9',
    bootDisk: '/dev/vda',
    diskTotalBytes: 8n * 1024n ** 3n,
    watchdog: 'i6300ESB timer, 60 s',
  };
  await using capsule = await startFakeCapsule({ capsule: { getInfo: () => info } });
  const { stdout } = await runCapsulectl(['capsule', 'info'], capsule);
  assert.match(stdout, /^On trial: +slot_b, goes back in 9m unless it is confirmed$/m);
  assert.match(stdout, /^Last version: +0\.0\.9$/m);
  assert.match(stdout, /^Boot disk: +\/dev\/vda \(8 GiB\)$/m);
  assert.match(stdout, /^Watchdog: +i6300ESB timer, 60 s$/m);
  assert.match(stdout, /^Clock: +\S+Z, 2h behind this machine$/m);
});

test('info is data too', async () => {
  await using capsule = await startFakeCapsule({ capsule: { getInfo: () => INFO } });
  const { stdout } = await runCapsulectl(['capsule', 'info', '-o', 'json'], capsule);
  const info = JSON.parse(stdout);
  assert.equal(info.memoryTotalBytes, 8 * 1024 ** 3);
  assert.equal(info.problems[0].code, 'STORE_DAMAGED');
  assert.equal((await runCapsulectl(['capsule', 'info', '-o', 'name'], capsule)).stdout, 'attic\n');
});

test("the capsule's log goes on after a restart of capsuled, without a hole", async () => {
  const asked: CapsuleLogsRequest[] = [];
  const serve = (from: number, until: number, stays: boolean) => ({
    capsule: {
      async *streamLogs(request: CapsuleLogsRequest, { signal }: { signal: AbortSignal }) {
        asked.push(request);
        for (let line = from; line < until; line += 1) {
          yield { data: Buffer.from(`line ${line}\n`), cursor: String(line) };
        }
        if (!stays) return;
        const { promise, resolve } = Promise.withResolvers<void>();
        signal.addEventListener('abort', () => resolve());
        await promise;
      },
    },
  });
  await using capsule = await startFakeCapsule(serve(0, 2, true));
  let restart = Promise.resolve();
  const { stdout } = await runCapsulectl(['capsule', 'logs', '-f', '-n', '5'], {
    target: capsule.target,
    onWrite: (text) => {
      if (text !== 'line 1\n') return;
      restart = capsule.kill().then(() => capsule.start(serve(2, 4, false)));
    },
  });
  await restart;
  assert.equal(stdout, 'line 0\nline 1\nline 2\nline 3\n');
  assert.deepEqual(
    asked.map(({ follow, tailLines, cursor }) => [follow, tailLines, cursor]),
    [
      [true, 5, ''],
      [true, 5, '1'],
    ],
  );
});

test('the version is printed with and without a capsule', async () => {
  await using capsule = await startFakeCapsule({ capsule: { getInfo: () => INFO } });
  const both = await runCapsulectl(['version', '-o', 'json'], capsule);
  assert.deepEqual(JSON.parse(both.stdout), { capsulectl: '0.1.0', capsule: '0.1.0' });
  const alone = await runCapsulectl(['version']);
  assert.equal(alone.exitCode, 0);
  assert.match(alone.stdout, /^capsule: +no answer$/m);
  assert.doesNotMatch((await runCapsulectl(['version', '--client'])).stdout, /capsule:/);
});

test('images are shown by their short names, wide and by name in full', async () => {
  const image = {
    name: 'docker.io/library/nginx:1.27-alpine',
    digest: `sha256:${'0a'.repeat(32)}`,
    sizeBytes: 9_961_472n,
    createdUnix: 1000n,
    usedBy: ['web'],
  };
  await using capsule = await startFakeCapsule({ image: { list: () => ({ images: [image] }) } });
  const options = { target: capsule.target, now: () => 1_180_000 };
  assert.equal(
    (await runCapsulectl(['image', 'list'], options)).stdout,
    'IMAGE              DIGEST               SIZE     UPDATED  USED BY\n' +
      'nginx:1.27-alpine  sha256:0a0a0a0a0a0a  9.5 MiB  3m       web\n',
  );
  assert.ok(
    (await runCapsulectl(['image', 'list', '-o', 'wide'], options)).stdout.includes(image.digest),
  );
  const names = await runCapsulectl(['image', 'list', '-o', 'name'], options);
  assert.equal(names.stdout, `${image.name}\n`);
});

test('the version is waited for as the answers of other commands are', async () => {
  let options: object | undefined;
  const getInfo = async (_request: object, given: object) => {
    options = given;
    return { capsuleVersion: '1.2.3' };
  };
  const client = { capsule: { getInfo }, close: () => undefined } as unknown as CapsuleClient;
  const { stdout } = await runCapsulectl(['version'], {
    target: 'unix:///slow',
    connect: async () => client,
  });
  assert.match(stdout, /^capsule: +1\.2\.3$/m);
  assert.equal(Object.hasOwn(options ?? {}, 'timeoutMs'), false);
});
