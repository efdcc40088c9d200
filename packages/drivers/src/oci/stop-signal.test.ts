import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStopSignal } from './stop-signal.ts';

test('signals are read as images write them', () => {
  const cases = {
    SIGQUIT: 3,
    quit: 3,
    '3': 3,
    SIGWINCH: 28,
    'SIGRTMIN+3': 37,
    'RTMAX-2': 62,
    SIGRTMIN: 34,
  };
  for (const [text, signal] of Object.entries(cases))
    assert.equal(parseStopSignal(text), signal, text);
});

test('an unknown signal is TERM', () => {
  for (const text of ['', 'SIGNOTHING', '0', '99', 'SIGRTMIN+99', 'toString']) {
    assert.equal(parseStopSignal(text), 15, text);
  }
});
