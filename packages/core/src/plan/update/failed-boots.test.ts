import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BootLine, findFailedBoots } from './failed-boots.ts';

const line = (service: string, text: string): BootLine => ({ time: 'T', service, text });
const started = line('init', 'capsule-init 0.1.0 started');
const trial = line('init', 'this system is on trial');
const steady = [started, line('capsuled', 'steady')];

test('the log of a failed update is that of the boots on trial before this one', () => {
  const lines = [
    ...[started, trial, line('capsuled', 'an earlier update')],
    ...steady,
    ...[started, trial, line('capsuled', 'first try')],
    ...[started, trial, line('capsuled', 'second try')],
    ...steady,
  ];
  const { log, panic } = findFailedBoots(lines);
  const tries = ['first', 'second'].flatMap((time) => [
    'T init capsule-init 0.1.0 started',
    'T init this system is on trial',
    `T capsuled ${time} try`,
  ]);
  assert.deepEqual(log, tries);
  assert.equal(panic, undefined);
});

test('a kernel that panicked before its disk was there has left its words to this boot', () => {
  const crash = ['Kernel panic - not syncing: first', 'Kernel panic - not syncing: no root'];
  const present = [started, ...crash.map((text) => line('crash', text))];
  const found = findFailedBoots([...steady, ...present]);
  assert.equal(found.panic, 'no root');
  assert.deepEqual(
    found.log,
    crash.map((text) => `T crash ${text}`),
  );
});

test('stage0 says why before the kernel panics', () => {
  const crash = [
    '<4>[ 1.1] stage0: cannot start /sbin/capsuled: exec format error',
    '<4>[ 1.2] stage0: restart in 10 s',
    '<0>[ 11] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100',
  ];
  const found = findFailedBoots([started, ...crash.map((text) => line('crash', text))]);
  assert.equal(found.panic, 'stage0: cannot start /sbin/capsuled: exec format error');
});

test('the line of the panic is in the log, however long the trace after it is', () => {
  const trace = Array.from({ length: 90 }, (_, at) => line('crash', `trace ${at}`));
  const panic = line('crash', 'Kernel panic - not syncing: no root');
  const { log } = findFailedBoots([started, ...trace, panic, ...trace]);
  assert.equal(log.length, 60);
  assert.equal(log.indexOf('T crash Kernel panic - not syncing: no root'), 30);
  const short = findFailedBoots([started, ...trace, panic]).log;
  assert.deepEqual([short.length, short.at(-1)], [60, `T crash ${panic.text}`]);
});

test('the trace of a failed update is bounded', () => {
  const long = Array.from({ length: 500 }, () => line('kernel', 'x'.repeat(1000)));
  const crash = long.map(({ text }) => line('crash', text));
  const { log } = findFailedBoots([started, trial, ...long, started, ...crash]);
  assert.equal(log.length, 120);
  assert.ok(log.every((text) => text.length <= 240));
  assert.deepEqual(findFailedBoots([]), { log: [] });
});
