import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeGoals, fillMarks } from './promise-pages.ts';

test('a figure with a goal has a row among the goals, with its outcome', () => {
  const figures = `| id | what | goal | median | p10 to p90 | n | | load | commit |
|---|---|---|---|---|---|---|---|---|
| P1 | apply / ctr run | ≤ 1.25 | 1.17 x | 0.74 to 1.89 | 30 | held | 14.5 | fad6cf7 |
| P1 | podman run -d |  | 674 ms | 336 to 1042 | 30 |  | 14.5 | fad6cf7 |
| P10 | push / import | ≥ 0.90 | 0.48 x | 0.46 to 0.49 | 2 | **missed** | 2.3 | 5d122a8 |
`;
  assert.deepEqual(describeGoals(figures).split('\n').slice(2), [
    '| P1 | apply / ctr run | ≤ 1.25 x | held |',
    '| P10 | push / import | ≥ 0.90 x | **missed** |',
  ]);
});

test('the text between two marks is replaced, whatever it holds, and nothing else', () => {
  const page = 'a\n<!-- x -->\nold\n<!-- /x -->\nb\n';
  const once = fillMarks(page, { x: 'costs $1' });
  assert.equal(once, 'a\n<!-- x -->\n\ncosts $1\n\n<!-- /x -->\nb\n');
  assert.equal(fillMarks(once, { x: 'costs $1' }), once);
});
