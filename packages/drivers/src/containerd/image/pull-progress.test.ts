import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { ProgressSchema } from '../gen/containerd/types/transfer/progress_pb.ts';
import { PullTally } from './pull-progress.ts';

function report(event: string, name: string, progress: number, total: number) {
  return create(ProgressSchema, {
    event,
    name,
    progress: BigInt(progress),
    total: BigInt(total),
    desc: { digest: name, size: BigInt(total) },
  });
}

test('bytes are summed over all parts, each counted once', () => {
  const tally = new PullTally();
  assert.equal(tally.describe().stage, 'resolving');
  for (const name of ['manifest', 'config', 'a', 'b']) tally.add(report('waiting', name, 0, 100));
  const { parts, ...sum } = tally.describe();
  assert.deepEqual(sum, { stage: 'pulling', doneBytes: 0, totalBytes: 400 });
  assert.deepEqual(parts?.at(-1), { name: 'b', doneBytes: 0, totalBytes: 100 });
  tally.add(report('downloading', 'a', 40, 100));
  tally.add(report('downloading', 'a', 60, 100));
  assert.equal(tally.describe().doneBytes, 60);
  for (const name of ['manifest', 'config', 'a']) tally.add(report('complete', name, 100, 100));
  tally.add(report('already exists', 'b', 100, 100));
  const { parts: all, ...whole } = tally.describe();
  assert.deepEqual(whole, { stage: 'unpacking', doneBytes: 400, totalBytes: 400 });
  assert.equal(all?.length, 4);
});

test('only a new part or new bytes count as progress', () => {
  const tally = new PullTally();
  assert.equal(tally.add(create(ProgressSchema, { event: 'Resolving from x' })), false);
  assert.equal(tally.add(report('waiting', 'a', 0, 100)), true);
  assert.equal(tally.add(report('downloading', 'a', 10, 100)), true);
  assert.equal(tally.add(report('downloading', 'a', 10, 100)), false);
});

test('bytes never go backwards and never exceed the total', () => {
  const one = fc.record({
    event: fc.constantFrom('waiting', 'downloading', 'complete', 'already exists'),
    name: fc.constantFrom('a', 'b', 'c'),
    progress: fc.nat(200),
  });
  fc.assert(
    fc.property(fc.array(one), (reports) => {
      const tally = new PullTally();
      let before = 0;
      for (const { event, name, progress } of reports) {
        tally.add(report(event, name, progress, 100));
        const { doneBytes, totalBytes } = tally.describe();
        assert.ok(doneBytes >= before && doneBytes <= totalBytes);
        before = doneBytes;
      }
    }),
  );
});
