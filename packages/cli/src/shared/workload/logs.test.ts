import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  connectErrorFrom,
  LogSource,
  LogStream,
  type WorkloadLogsRequest,
} from '@capsule/api/wire';
import { defineErrors } from '@capsule/core';
import { Interruption } from '../../program/context/interruption.ts';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';

const STORY = Array.from({ length: 20 }, (_, index) => ({
  data: Buffer.from(`line ${index}\n`),
  stream: index % 5 === 4 ? LogStream.STDERR : LogStream.STDOUT,
  cursor: String(index),
}));

/** Sends the story from a cursor on, and stops for ever where `until` says. */
async function* tell({ cursor }: WorkloadLogsRequest, until: number, signal?: AbortSignal) {
  for (const chunk of STORY.slice(cursor === '' ? 0 : Number(cursor) + 1, until)) yield chunk;
  if (signal === undefined) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve());
  await promise;
}

const lines = (stream: LogStream) =>
  STORY.filter((chunk) => chunk.stream === stream)
    .map(({ data }) => data.toString())
    .join('');

test('stdout of the workload goes to stdout, stderr to stderr', async () => {
  await using capsule = await startFakeCapsule({
    workload: { logs: (request) => tell(request, STORY.length) },
  });
  const result = await runCapsulectl(['workload', 'logs', 'web'], capsule);
  assert.deepEqual(result, {
    exitCode: 0,
    stdout: lines(LogStream.STDOUT),
    stderr: lines(LogStream.STDERR),
  });
});

test('if lines may be missing, stderr says so, and stdout contains only the log', async () => {
  const chunk = { stream: LogStream.STDOUT, cursor: '' };
  await using capsule = await startFakeCapsule({
    workload: {
      async *logs() {
        yield { ...chunk, data: Buffer.from('one\n') };
        yield { ...chunk, data: Buffer.from('nine\n'), afterGap: true };
      },
    },
  });
  const result = await runCapsulectl(['workload', 'logs', 'web'], capsule);
  assert.deepEqual(result, {
    exitCode: 0,
    stdout: 'one\nnine\n',
    stderr: 'warning: lines may be missing here: web wrote more than its log keeps\n',
  });
});

test('flags may stand before and after the name, in every spelling', async () => {
  const seen: WorkloadLogsRequest[] = [];
  await using capsule = await startFakeCapsule({
    workload: {
      logs: (request) => {
        seen.push(request);
        return tell(request, 1);
      },
    },
  });
  const spellings = [
    ['-n', '100', 'web', '-f'],
    ['web', '-n=100', '--follow'],
    ['-f', '-n100', 'web'],
    ['--tail=100', 'web', '-f'],
    ['--follow', 'web', '--tail', '100'],
  ];
  for (const words of spellings) {
    await runCapsulectl(['workload', 'logs', ...words], capsule);
  }
  assert.equal(seen.length, spellings.length);
  for (const { name, tailLines, follow } of seen) {
    assert.deepEqual({ name, tailLines, follow }, { name: 'web', tailLines: 100, follow: true });
  }
});

test('--serial asks for the console of a microVM, with all the other flags', async () => {
  const seen: WorkloadLogsRequest[] = [];
  await using capsule = await startFakeCapsule({
    workload: {
      logs: (request) => {
        seen.push(request);
        return tell(request, 1);
      },
    },
  });
  await runCapsulectl(['workload', 'logs', '--serial', '-n', '5', 'vm'], capsule);
  await runCapsulectl(['workload', 'logs', '-f', 'vm'], capsule);
  assert.deepEqual(
    seen.map(({ source, follow, tailLines }) => [source, follow, tailLines]),
    [
      [LogSource.SERIAL, false, 5],
      [LogSource.PAYLOAD, true, 0],
    ],
  );
});

test('--since takes a duration and a moment, --timestamps is passed on', async () => {
  const seen: WorkloadLogsRequest[] = [];
  await using capsule = await startFakeCapsule({
    workload: {
      logs: (request) => {
        seen.push(request);
        return tell(request, 1);
      },
    },
  });
  const options = { target: capsule.target, now: () => 1_000_000_000 };
  await runCapsulectl(['workload', 'logs', 'web', '--since', '10m', '--timestamps'], options);
  await runCapsulectl(['workload', 'logs', 'web', '--since=1970-01-02T00:00:00Z'], options);
  const bad = await runCapsulectl(['workload', 'logs', 'web', '--since', 'noon'], options);
  assert.deepEqual(
    seen.map(({ sinceUnixMs, timestamps }) => [sinceUnixMs, timestamps]),
    [
      [999_400_000n, true],
      [86_400_000n, false],
    ],
  );
  assert.equal(bad.exitCode, 2);
});

test('following lives through restarts of the capsule: no line is missing, none comes twice', async () => {
  const cursors: string[] = [];
  const serve = (until: number) => ({
    workload: {
      async *logs(request: WorkloadLogsRequest, { signal }: { signal: AbortSignal }) {
        cursors.push(request.cursor);
        yield* tell(request, until, until < STORY.length ? signal : undefined);
      },
    },
  });
  await using capsule = await startFakeCapsule(serve(7));
  let received = 0;
  let restart = Promise.resolve();
  const again = async (until: number) => {
    await capsule.kill();
    await capsule.start(serve(until));
  };
  const result = await runCapsulectl(['workload', 'logs', '-f', 'web'], {
    target: capsule.target,
    onWrite: (text) => {
      received += text.split('\n').length - 1;
      if (received === 7) restart = restart.then(() => again(13));
      if (received === 13) restart = restart.then(() => again(STORY.length));
    },
  });
  await restart;
  assert.deepEqual(cursors, ['', '6', '12']);
  assert.deepEqual(result, {
    exitCode: 0,
    stdout: lines(LogStream.STDOUT),
    stderr: lines(LogStream.STDERR),
  });
});

test('a workload that is not there is exit code 3, with what to do', async () => {
  const error = defineErrors('WORKLOAD', {
    NOT_FOUND: {
      kind: 'notFound',
      message: (f: { name: string }) => `there is no workload named ${f.name}`,
      hint: 'look at the list',
    },
  });
  await using capsule = await startFakeCapsule({
    workload: {
      // biome-ignore lint/correctness/useYield: it fails before the first line
      async *logs({ name }) {
        throw connectErrorFrom(error.NOT_FOUND({ name }));
      },
    },
  });
  const { exitCode, stderr } = await runCapsulectl(['workload', 'logs', 'nope'], capsule);
  assert.equal(exitCode, 3);
  assert.equal(
    stderr,
    'error: there is no workload named nope\n' +
      '  fix: look at the list\n' +
      '  see: capsulectl explain WORKLOAD_NOT_FOUND\n',
  );
});

test('Ctrl-C ends the following with 130 and without a word', async () => {
  const stop = new AbortController();
  await using capsule = await startFakeCapsule({
    workload: { logs: (request, { signal }) => tell(request, 3, signal) },
  });
  const result = await runCapsulectl(['workload', 'logs', '-f', 'web'], {
    target: capsule.target,
    signal: stop.signal,
    onWrite: (text) => {
      if (text.includes('line 2')) stop.abort(new Interruption('SIGINT'));
    },
  });
  assert.deepEqual(result, { exitCode: 130, stdout: 'line 0\nline 1\nline 2\n', stderr: '' });
});

test('lines of several workloads begin with their names, by name and by label', async () => {
  const { GONE } = defineErrors('TEST', {
    GONE: { kind: 'notFound', message: (f: { name: string }) => `${f.name} is away` },
  });
  const chunk = (text: string, stream: LogStream = LogStream.STDOUT) => ({
    data: Buffer.from(text),
    stream,
  });
  await using capsule = await startFakeCapsule({
    workload: {
      list: ({ labelSelector }) => ({
        workloads: labelSelector === 'app=web' ? [{ name: 'web' }, { name: 'long' }] : [],
      }),
      async *logs({ name }) {
        if (name === 'gone') throw connectErrorFrom(GONE({ name }));
        yield chunk(`one of ${name}\ntw`);
        yield chunk('err\n', LogStream.STDERR);
        yield chunk('o\nno end');
      },
    },
  });
  const story = (name: string, pad = '') =>
    ['one of ', 'two', 'no end'].map(
      (line, at) => `${name}${pad} | ${line}${at === 0 ? name : ''}\n`,
    );
  const both = [...story('web', ' '), ...story('long')].join('');
  const chosen = await runCapsulectl(['workload', 'logs', '-l', 'app=web'], capsule);
  assert.deepEqual(chosen, { exitCode: 0, stdout: both, stderr: 'web  | err\nlong | err\n' });
  const followed = await runCapsulectl(['workload', 'logs', '-f', 'web', 'long'], capsule);
  assert.deepEqual(followed.stdout.split('\n').toSorted(), both.split('\n').toSorted());
  const some = await runCapsulectl(['workload', 'logs', 'gone', 'web'], capsule);
  assert.deepEqual([some.exitCode, some.stdout], [3, story('web', ' ').join('')]);
  assert.match(some.stderr, /^error: gone is away/m);
  const none = await runCapsulectl(['workload', 'logs', '-l', 'app=none'], capsule);
  assert.deepEqual([none.exitCode, none.stdout], [3, '']);
  assert.equal((await runCapsulectl(['workload', 'logs'], capsule)).exitCode, 2);
});
