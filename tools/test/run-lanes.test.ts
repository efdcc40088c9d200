import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lane, LaneResult } from './lane.ts';
import { runLanes } from './run-lanes.ts';

const GOOD: LaneResult = { passed: 1, failed: 0, skipped: 0 };
const ignore = () => undefined;

test('a lane starts when its earlier lanes have ended, in parallel with all others', async () => {
  const gates = new Map(['a', 'b', 'c'].map((name) => [name, Promise.withResolvers<LaneResult>()]));
  const begun: string[] = [];
  const lane = (name: string, after: readonly string[]): Lane => ({
    name,
    after,
    run: async () => {
      begun.push(name);
      return gates.get(name)?.promise ?? GOOD;
    },
  });
  const lanes = [lane('a', []), lane('b', []), lane('c', ['a']), lane('d', ['b', 'c', 'absent'])];
  const all = runLanes(lanes, ignore);
  await turn();
  assert.deepEqual(begun, ['a', 'b']);
  gates.get('a')?.resolve(GOOD);
  await turn();
  assert.deepEqual(begun, ['a', 'b', 'c']);
  gates.get('c')?.resolve(GOOD);
  gates.get('b')?.resolve(GOOD);
  assert.deepEqual(
    (await all).map(({ name, passed }) => [name, passed]),
    [...'abcd'].map((name) => [name, 1]),
  );
});

test('a lane that fails or throws does not hide the results of others', async () => {
  let printed = '';
  const lanes: Lane[] = [
    { name: 'thrown', after: [], run: () => Promise.reject(new Error('no disk')) },
    { name: 'failed', after: ['thrown'], run: async () => ({ ...GOOD, failed: 2 }) },
    { name: 'good', after: ['failed'], run: async () => GOOD },
  ];
  const outcomes = await runLanes(lanes, (text) => {
    printed += text;
  });
  assert.deepEqual(
    outcomes.map(({ passed, failed }) => [passed, failed]),
    [
      [0, 1],
      [1, 2],
      [1, 0],
    ],
  );
  assert.match(printed, /no disk/);
  assert.match(printed, /== good: 1 passed, 0 failed/);
});

/** Everything that is ready to go on has gone on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
