import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tracer } from './tracer.ts';

const later = () => new Promise<void>((resolve) => setImmediate(resolve));

function steppingTracer(): Tracer {
  let at = 0;
  return new Tracer(() => at++);
}

test('spans of one id are in one trace, by their start', async () => {
  const tracer = steppingTracer();
  await tracer.run('a', () => tracer.span('outer', () => tracer.span('inner', later)));
  await tracer.run('a', () => tracer.span('next', later));
  assert.deepEqual(tracer.spansOf('a'), [
    { name: 'outer', startMs: 1, tookMs: 3 },
    { name: 'inner', startMs: 2, tookMs: 1 },
    { name: 'next', startMs: 5, tookMs: 1 },
  ]);
});

test('work that a call requests is in its trace, until another call requests it', async () => {
  const tracer = steppingTracer();
  const work = () => tracer.resume('cell', () => tracer.span('reconcile', later));
  await tracer.run('a', async () => tracer.request('cell'));
  await work();
  assert.deepEqual(
    tracer.spansOf('a').map(({ name }) => name),
    ['reconcile'],
  );
  tracer.request('cell');
  await work();
  assert.equal(tracer.spansOf('a').length, 1);
});

test('a span that fails is kept, and its failure passes', async () => {
  const tracer = steppingTracer();
  const failing = () => tracer.span('step', () => Promise.reject(new RangeError('no')));
  await assert.rejects(tracer.run('a', failing), RangeError);
  assert.equal(tracer.spansOf('a').length, 1);
});

test('work outside of a trace leaves no spans, and old traces are forgotten', async () => {
  const tracer = steppingTracer();
  await tracer.span('alone', later);
  await tracer.run('first', () => tracer.span('step', later));
  for (let i = 0; i < 8; i += 1) tracer.run(`more ${i}`, () => undefined);
  assert.deepEqual(tracer.spansOf('first'), []);
});
