import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phasesFromText, phasesToText } from './phases.ts';

test('phases survive the wire, to a tenth of a millisecond', () => {
  const phases = [
    { name: 'ManifestService.Apply', startMs: 0, tookMs: 4.26 },
    { name: 'containerd Tasks.Create', startMs: 5, tookMs: 40 },
  ];
  assert.deepEqual(phasesFromText(phasesToText(phases)), [
    { ...phases[0], tookMs: 4.3 },
    phases[1],
  ]);
});

test('phases that a later capsuled adds are ignored, and no phases are none', () => {
  assert.deepEqual(phasesFromText('a;1;2;more,odd'), [{ name: 'a', startMs: 0.1, tookMs: 0.2 }]);
  assert.deepEqual(phasesFromText(phasesToText([])), []);
});
