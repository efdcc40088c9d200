import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './log.ts';

test('a line has the level, the message and the facts, and quotes values with spaces', () => {
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line));
  log.debug('not shown');
  log.info('workload started', { name: 'web', detail: 'two words', nothing: undefined });
  assert.deepEqual(lines, ['info workload started name=web detail="two words"\n']);
});

test('an error shows its code and its causes', () => {
  const lines: string[] = [];
  const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  createLog((line) => lines.push(line)).error('no', { error: new Error('away', { cause }) });
  assert.deepEqual(lines, ['error no error="away <- ECONNREFUSED: refused"\n']);
});
