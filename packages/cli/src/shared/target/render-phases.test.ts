import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderPhases } from './render-phases.ts';

test('each phase has a line, by its start', () => {
  const phase = (name: string, startMs: number, tookMs: number) => ({ name, startMs, tookMs });
  const text = renderPhases({
    here: [phase('B.Watch', 60.25, 100), phase('A.Apply', 50, 9.96)],
    capsule: [phase('A.Apply', 0, 8)],
  });
  assert.equal(
    text,
    `debug: milliseconds from the start of this program, and duration
debug:      50.0     10.0  A.Apply
debug:      60.3    100.0  B.Watch
debug: milliseconds from the first call in capsuled, and duration
debug:       0.0      8.0  A.Apply
`,
  );
});
