import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backOffMs } from './back-off.ts';
import { KeyedQueue, type Requeue, type Turn } from './keyed-queue.ts';

const BACK_OFF = { firstMs: 1, mostMs: 4, jitter: 0 };

function queueOf(
  run: (key: string, turn: Turn) => Promise<Requeue>,
  onFailure: (key: string, error: unknown) => void = () => undefined,
  concurrency = 2,
) {
  return new KeyedQueue({ concurrency, backOff: BACK_OFF, run, onFailure });
}

test('many additions during a run of a key cause one more run', async () => {
  let runs = 0;
  const gate = Promise.withResolvers<void>();
  await using queue = queueOf(async () => {
    runs += 1;
    if (runs === 1) await gate.promise;
    return undefined;
  });
  for (let i = 0; i < 10; i += 1) queue.add('a');
  gate.resolve();
  await queue.settled();
  assert.equal(runs, 2);
});

test('a failed key runs again after its back-off, and others do not wait for it', async () => {
  const order: string[] = [];
  const again = Promise.withResolvers<void>();
  await using queue = queueOf(async (key) => {
    order.push(key);
    if (key === 'bad' && order.filter((k) => k === 'bad').length < 3) throw new Error('no');
    if (key === 'bad') again.resolve();
    return undefined;
  });
  queue.add('bad');
  queue.add('good');
  await again.promise;
  assert.equal(order.filter((key) => key === 'bad').length, 3);
  assert.equal(order[1], 'good');
});

test('a key in back-off runs at once after a retry', async () => {
  let runs = 0;
  const failed = Promise.withResolvers<void>();
  const ran = Promise.withResolvers<void>();
  await using queue = new KeyedQueue({
    concurrency: 1,
    backOff: { firstMs: 1_000_000, mostMs: 1_000_000, jitter: 0 },
    run: async () => {
      runs += 1;
      if (runs === 1) throw new Error('no');
      ran.resolve();
      return undefined;
    },
    onFailure: () => failed.resolve(),
  });
  queue.add('a');
  await failed.promise;
  queue.add('a');
  await queue.settled();
  assert.equal(runs, 1);
  queue.retry('a');
  await ran.promise;
});

test('a changed spec aborts the run for the old spec', async () => {
  const started = Promise.withResolvers<void>();
  let runs = 0;
  const failures: unknown[] = [];
  await using queue = queueOf(
    async (_key, { signal }) => {
      runs += 1;
      if (runs > 1) return undefined;
      started.resolve();
      const { promise, reject } = Promise.withResolvers<never>();
      signal.addEventListener('abort', () => reject(signal.reason));
      return promise;
    },
    (_key, error) => failures.push(error),
  );
  queue.add('a');
  await started.promise;
  queue.restart('a');
  await queue.settled();
  assert.equal(runs, 2);
  assert.deepEqual(failures, []);
});

test('each new spec aborts the run under way, even one that followed an abort', async () => {
  let runs = 0;
  const aborted: number[] = [];
  let begun = Promise.withResolvers<void>();
  await using queue = queueOf(async (_key, { signal }) => {
    runs += 1;
    const run = runs;
    begun.resolve();
    if (run === 3) return undefined;
    const over = Promise.withResolvers<void>();
    const ends = AbortSignal.any([signal, AbortSignal.timeout(2_000)]);
    ends.addEventListener('abort', () => over.resolve());
    await over.promise;
    if (signal.aborted) aborted.push(run);
    return undefined;
  });
  queue.add('a');
  for (const _ of [1, 2]) {
    await begun.promise;
    begun = Promise.withResolvers<void>();
    // One turn of the event loop, in which the queue cleans up the previous run.
    await new Promise((resolve) => setImmediate(resolve));
    queue.restart('a');
  }
  await queue.settled();
  assert.deepEqual(aborted, [1, 2]);
});

test('an event does not shorten the back-off after a failure', async () => {
  let runs = 0;
  await using queue = new KeyedQueue({
    concurrency: 1,
    backOff: { firstMs: 60_000, mostMs: 60_000, jitter: 0 },
    run: async () => {
      runs += 1;
      throw new Error('no');
    },
    onFailure: () => undefined,
  });
  queue.add('a');
  await queue.settled();
  queue.add('a');
  await queue.settled();
  assert.equal(runs, 1);
});

test('a key has one run at a time, the limit holds, and no key is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      async (keys, concurrency) => {
        const running = new Set<string>();
        const done = new Set<string>();
        await using queue = queueOf(
          async (key) => {
            assert.ok(!running.has(key));
            running.add(key);
            assert.ok(running.size <= concurrency);
            await Promise.resolve();
            running.delete(key);
            done.add(key);
            return undefined;
          },
          (_key, error) => assert.fail(String(error)),
          concurrency,
        );
        for (const key of keys) queue.add(key);
        await queue.settled();
        assert.deepEqual([...done].sort(), [...new Set(keys)].sort());
      },
    ),
  );
});

test('waits double up to the maximum, with jitter in both directions', () => {
  const backOff = { firstMs: 100, mostMs: 1_000, jitter: 0.2 };
  assert.deepEqual(
    [1, 2, 3, 4, 5, 50].map((n) => backOffMs(backOff, n, 0.5)),
    [100, 200, 400, 800, 1_000, 1_000],
  );
  assert.equal(backOffMs(backOff, 1, 0), 80);
});

test('work outside the limit holds no slot, and resumes before runs that have not begun', async () => {
  const gate = Promise.withResolvers<void>();
  const order: string[] = [];
  await using queue = queueOf(
    async (key, { outsideLimit }) => {
      order.push(`${key} begins`);
      if (key === 'slow') await outsideLimit(() => gate.promise);
      if (key === 'quick') {
        queue.add('late');
        gate.resolve();
        // Until the slow one waits for a slot.
        await new Promise((resolve) => setImmediate(resolve));
      }
      order.push(`${key} ends`);
      return undefined;
    },
    (_key, error) => assert.fail(String(error)),
    1,
  );
  queue.add('slow');
  queue.add('quick');
  await queue.settled();
  assert.deepEqual(order, [
    'slow begins',
    'quick begins',
    'quick ends',
    'slow ends',
    'late begins',
    'late ends',
  ]);
});

test('a failure of work outside the limit is a failure of the run', async () => {
  const failures: unknown[] = [];
  const queue = queueOf(
    async (_key, { outsideLimit }) => outsideLimit(() => Promise.reject(new Error('no'))),
    (_key, error) => failures.push(error),
    1,
  );
  queue.add('a');
  await queue.settled();
  await queue[Symbol.asyncDispose]();
  assert.ok(failures.length >= 1);
});
