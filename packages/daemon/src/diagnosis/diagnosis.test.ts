import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeError } from '@capsule/testkit';
import { Diagnosis } from './diagnosis.ts';
import { ok, partOf } from './part.ts';

const never = new AbortController().signal;

test('a part that fails or hangs is a warning with its reason, and spoils no other', async () => {
  const diagnosis = new Diagnosis(
    () => [
      partOf('capsule', 'capsuled', () => ok('fine')),
      partOf('containerd', 'answer', () => {
        throw fakeError('RUNTIME_UNAVAILABLE', 'unavailable', 'containerd is away');
      }),
      partOf('disk', 'state', async () => {
        throw new Error('EIO');
      }),
      partOf('disk', 'pool', () => Promise.withResolvers<never>().promise),
    ],
    { limitMs: 10 },
  );
  const checks = await diagnosis.run([], never);
  assert.deepEqual(
    checks.map(({ section, name, level, detail }) => [section, name, level, detail]),
    [
      ['capsule', 'capsuled', 'ok', 'fine'],
      ['containerd', 'answer', 'warn', 'cannot be checked: containerd is away'],
      ['disk', 'state', 'warn', 'cannot be checked: EIO'],
      ['disk', 'pool', 'warn', 'cannot be checked: no answer within the time limit'],
    ],
  );
  assert.ok(checks.slice(1).every(({ remedy }) => remedy !== undefined));
});

test('only the sections that were named are asked', async () => {
  const asked: string[] = [];
  const part = (section: 'kernel' | 'disk') =>
    partOf(section, 'one', () => {
      asked.push(section);
      return [];
    });
  await new Diagnosis(() => [part('kernel'), part('disk')]).run(['disk'], never);
  assert.deepEqual(asked, ['disk']);
});
