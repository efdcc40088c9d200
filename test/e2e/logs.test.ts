import assert from 'node:assert/strict';
import { once as event } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { connectCapsule } from '@capsule/api/node';
import type { CapsuleClient } from '@capsule/api/wire';
import { dockerArchive, type Lab, startLab } from '@capsule/testkit';
import { until } from '../lab/until.ts';
import { WRITES_ROOT } from '../lab/workload.ts';
import { containerManifest } from './support/container-manifest.ts';
import { Follower } from './support/follower.ts';
import { quickImage } from './support/quick-image.ts';
import {
  type CapsulectlOptions,
  errorCodeOf,
  runCapsulectl,
  startCapsulectl,
} from './support/run-capsulectl.ts';
import { waitForWorkload } from './support/wait-for-workload.ts';

const MIB = 1024 * 1024;
const SLEEP = 'exec sleep 1000000';
/** Runs the script only in the first run of the container, and then exits with the given code. */
const once = (script: string, exitCode: number) =>
  `[ -e /data/done ] && ${SLEEP}; : > /data/done; ${script}; exit ${exitCode}`;
/** Prints some thousand lines a second, endlessly. */
const COUNTER =
  'i=0; while :; do echo line $i; i=$((i+1)); [ $((i % 50)) = 0 ] && sleep 0.01; done';
/** Prints lines of 1000 bytes as fast as possible. */
const flood = (lines: number) =>
  `pad=$(printf %0990d 0); i=0; while [ $i -lt ${lines} ]; do echo line $i $pad; i=$((i+1)); done`;

suite('logs', () => {
  let lab: Lab;
  let client: CapsuleClient;
  before(async () => {
    lab = await startLab({ images: [] });
    client = connectCapsule(lab.host);
    const input = dockerArchive(await quickImage(), ['box:1']);
    await capsulectl(['image', 'push', '-'], { input });
  });
  after(async () => {
    client.close();
    await lab[Symbol.asyncDispose]();
  });

  const capsulectl = (args: readonly string[], options?: CapsulectlOptions) =>
    runCapsulectl(lab.host, args, options);
  const logs = (...args: string[]) => capsulectl(['workload', 'logs', ...args]);
  const follow = (...args: string[]) =>
    new Follower(startCapsulectl(lab.host, ['workload', 'logs', '-f', ...args]));
  const apply = async (name: string, script: string) => {
    const input = containerManifest(name, { image: 'box:1', ...WRITES_ROOT, script });
    const applied = await capsulectl(['apply', '-f', '-'], { input });
    assert.equal(applied.exitCode, 0, applied.stderr);
  };
  /** Applies a script and resolves when its container has ended once, with its exit code. */
  const runOnce = async (name: string, script: string, exitCode = 0) => {
    await apply(name, once(script, exitCode));
    const states = await waitForWorkload(
      client,
      name,
      ({ status }) => status.exitCode !== undefined,
    );
    assert.equal(states.at(-1)?.status.exitCode, exitCode);
  };

  const isWhole = async () => {
    const { problems } = await client.capsule.getInfo({});
    return problems.length === 0;
  };

  test('stdout and stderr of a workload stay separate', async () => {
    await runOnce('apart', 'echo one; echo two >&2; echo three');
    const { stdout, stderr, exitCode } = await logs('apart');
    assert.deepEqual(
      { stdout, stderr, exitCode },
      { stdout: 'one\nthree\n', stderr: 'two\n', exitCode: 0 },
    );
  });

  test('-n prints the last lines, --since newer lines, and --timestamps the time', async () => {
    const begunAt = Date.now();
    await runOnce('tail', 'for i in 1 2 3 4 5; do echo $i; done');
    assert.equal((await logs('tail', '-n', '2')).stdout, '4\n5\n');
    assert.equal((await logs('-n=1', 'tail')).stdout, '5\n');
    assert.equal((await logs('tail', '-n', '0')).stdout, '');
    assert.equal((await logs('tail', '--since', '1h')).stdout, '1\n2\n3\n4\n5\n');
    const later = new Date(Date.now() + 1000).toISOString();
    assert.equal((await logs('tail', '--since', later)).stdout, '');
    assert.equal((await logs('tail', '--since', later, '-n', '2')).stdout, '');
    const [line = ''] = (await logs('tail', '-n', '1', '--timestamps')).stdout.split('\n');
    const [time = '', text] = line.split(' ');
    assert.equal(text, '5');
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    assert.ok(Date.parse(time) >= begunAt && Date.parse(time) <= Date.now());
  });

  test('logs return bytes unchanged: without a newline, binary, very long lines', async () => {
    await runOnce('open-end', 'printf "no newline"');
    // The log writer writes the end of an unfinished line after its pipe is closed.
    await using running = startCapsulectl(lab.host, ['workload', 'logs', '-f', 'open-end']);
    assert.ok(running.child.stdout);
    for await (const chunk of running.child.stdout) {
      assert.equal(String(chunk), 'no newline');
      break;
    }
    await runOnce('binary', String.raw`printf "\000\001\377\376\r\n\033[31m\n"`);
    const bytes = Buffer.from('0001fffe0d0a1b5b33316d0a', 'hex');
    assert.deepEqual((await logs('binary')).stdoutBytes, bytes);
    await runOnce(
      'long',
      'a=0123456789abcdef; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do a=$a$a; done; echo $a; echo end',
    );
    const long = '0123456789abcdef'.repeat(8192);
    assert.equal((await logs('long')).stdout, `${long}\nend\n`);
    assert.equal((await logs('long', '-n', '2')).stdout, `${long}\nend\n`);
    const stamped = (await logs('long', '--timestamps')).stdout.split('\n');
    assert.equal(stamped[0]?.split(' ')[1], long);
    assert.equal(stamped.length, 3);
  });

  test('an ended workload keeps its logs, and its next run appends to them', async () => {
    await runOnce('ended', 'echo last words; echo why >&2', 3);
    const { stdout, stderr } = await logs('ended');
    assert.deepEqual([stdout, stderr], ['last words\n', 'why\n']);
    await waitForWorkload(client, 'ended', ({ status }) => status.phase === 'running');
    assert.equal((await logs('ended')).stdout, 'last words\n');
  });

  test('logs of a missing workload are an error', async () => {
    const answer = await logs('nobody');
    assert.deepEqual([answer.exitCode, errorCodeOf(answer)], [3, 'WORKLOAD_NOT_FOUND']);
  });

  for (const who of ['capsuled', 'containerd'] as const) {
    test(`no line is missing or repeated if ${who} is killed`, async () => {
      await apply(`through-${who}`, COUNTER);
      await waitForWorkload(client, `through-${who}`, ({ status }) => status.phase === 'running');
      await using follower = follow(`through-${who}`);
      for (const kills of [1, 2, 3]) {
        await follower.linesUntil(({ length }) => length >= kills * 1000);
        await (who === 'capsuled' ? lab.killCapsuled() : lab.killContainerd());
        await lab.ready();
        await until(`${who} to be back`, 20_000, isWhole);
      }
      const seen = follower.lines.length;
      const lines = await follower.linesUntil(({ length }) => length >= seen + 3000);
      assertCounts(lines);
      await follower.interrupt();
      const deleted = await capsulectl(['workload', 'delete', `through-${who}`]);
      assert.equal(deleted.exitCode, 0, deleted.stderr);
    });
  }

  test('following the log of a job prints its last line and ends with the job', async () => {
    const command = ['/bin/sh', '-c', 'sleep 1; printf result'];
    const container = { image: 'box:1', restartPolicy: 'never', command };
    const input = JSON.stringify({ name: 'job', kind: 'Container', container });
    const applied = await capsulectl(['apply', '-f', '-'], { input });
    assert.equal(applied.exitCode, 0, applied.stderr);
    const followed = await logs('-f', 'job');
    assert.deepEqual([followed.exitCode, followed.stdout], [0, 'result']);
    for (const args of [[], ['-f'], ['-n', '1'], ['-f', '-n', '1']]) {
      assert.equal((await logs(...args, 'job')).stdout, 'result', args.join(' '));
    }
  });

  test('following a log ends with a stop or a delete, and not with a restart', async () => {
    await apply('followed', `echo begun; ${SLEEP}`);
    await waitForWorkload(client, 'followed', ({ status }) => status.phase === 'running');
    const running = logs('-f', 'followed');
    await capsulectl(['workload', 'restart', 'followed']);
    await capsulectl(['workload', 'stop', 'followed']);
    assert.equal((await running).stdout, 'begun\nbegun\n');
    await capsulectl(['workload', 'start', 'followed']);
    await waitForWorkload(client, 'followed', ({ status }) => status.phase === 'running');
    await using again = startCapsulectl(lab.host, ['workload', 'logs', '-f', 'followed']);
    assert.ok(again.child.stdout);
    await event(again.child.stdout, 'data');
    await capsulectl(['workload', 'delete', 'followed']);
    assert.equal((await again.ended).exitCode, 0);
  });

  test('no line is missing or repeated if the log is rotated', async () => {
    const lines = 25_000;
    await apply('rotated', `${flood(lines)}; echo the end; ${SLEEP}`);
    await waitForWorkload(client, 'rotated', ({ status }) => status.phase === 'running');
    await using follower = follow('rotated');
    const followed = await follower.linesUntil((all) => all.at(-1) === 'the end');
    assert.equal(followed.length, lines + 1);
    assertCounts(followed.slice(0, -1));
    await follower.interrupt();
  });

  test('the log of a workload that writes endlessly keeps three files of 10 MiB', async () => {
    await apply('flood', `${flood(60_000)}; echo the end; ${SLEEP}`);
    await waitForWorkload(client, 'flood', ({ status }) => status.phase === 'running');
    await using follower = follow('-n', '1', 'flood');
    await follower.linesUntil((all) => all.at(-1) === 'the end');
    await follower.interrupt();

    const folder = join(lab.stateDir, 'perm/log/workload/main_default_default_flood');
    const files = await readdir(folder);
    assert.deepEqual(files.sort(), ['flood.log', 'flood.log.1', 'flood.log.2']);
    const sizes = await Promise.all(
      files.map(async (file) => (await stat(join(folder, file))).size),
    );
    assert.ok(Math.max(...sizes) <= 10 * MIB, `${sizes}`);
    assert.equal((await logs('flood', '-n', '1')).stdout, 'the end\n');
  });

  test("the capsule's own log has a tail, and following it continues after a kill of capsuled", async () => {
    const tail = await capsulectl(['capsule', 'logs', '-n', '3']);
    assert.equal(tail.stdout.trimEnd().split('\n').length, 3);
    await using follower = new Follower(
      startCapsulectl(lab.host, ['capsule', 'logs', '-f', '-n', '1']),
    );
    await follower.linesUntil(({ length }) => length > 0);
    await lab.killCapsuled();
    const lines = await follower.linesUntil((all) =>
      all.some((line) => / capsuled .*ready/.test(line)),
    );
    assert.match(lines.join('\n'), / init .*capsuled/);
    await follower.interrupt();
  });
});

function assertCounts(lines: readonly string[]): void {
  const wrong = lines.findIndex((line, index) => !line.startsWith(`line ${index}`));
  if (wrong < 0) return;
  assert.fail(
    `line ${wrong} is ${lines
      .slice(Math.max(wrong - 1, 0), wrong + 2)
      .join(' | ')
      .slice(0, 200)}`,
  );
}
