import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latestWins } from './latest-wins.ts';

test('fifty calls at once cost two runs, and the newest value wins', async () => {
  const runs: number[] = [];
  const load = latestWins(async (value: number) => {
    await new Promise(setImmediate);
    runs.push(value);
  });
  await Promise.all(Array.from({ length: 50 }, (_, at) => load(at)));
  assert.deepEqual(runs, [0, 49]);
});

test('a call waits for a run that began after it', async () => {
  const gates: PromiseWithResolvers<void>[] = [];
  const load = latestWins(async (_: number) => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
  });
  const done: string[] = [];
  const first = load(1).then(() => done.push('first'));
  const second = load(2).then(() => done.push('second'));
  gates[0]?.resolve();
  await first;
  assert.deepEqual(done, ['first']);
  gates[1]?.resolve();
  await second;
  assert.deepEqual(done, ['first', 'second']);
});

test('a failed run rejects the calls that waited for it, and no later one', async () => {
  const load = latestWins(async (value: number) => {
    if (value === 1) throw new RangeError('one');
  });
  const failing = load(1);
  const passing = load(2);
  await assert.rejects(failing, RangeError);
  await passing;
});

test('an act that throws synchronously is a failed run too', async () => {
  const load = latestWins((value: number): Promise<void> => {
    if (value === 1) throw new RangeError('one');
    return Promise.resolve();
  });
  await assert.rejects(load(1), RangeError);
  await load(2);
});
