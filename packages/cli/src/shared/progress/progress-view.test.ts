import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Output } from '../../program/context/output.ts';
import { createProgressView } from './progress-view.ts';

function screen(isTerminal: boolean) {
  const written: string[] = [];
  const output: Output = {
    isTerminal,
    columns: 40,
    rows: 24,
    style: (_style, text) => text,
    flush: async () => undefined,
    write: async (data) => void written.push(String(data)),
  };
  return { output, written };
}

test('a step that shows nothing of itself has a clock, which ticks by itself', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'] });
  const { output, written } = screen(true);
  const view = createProgressView(output, Date.now);
  await view.update('web', 'stopping');
  assert.equal(written.at(-1), 'web: stopping\n');
  t.mock.timers.tick(1000);
  assert.equal(written.at(-1), '\u001b[1F\u001b[Jweb: stopping\n');
  t.mock.timers.tick(2000);
  assert.equal(written.at(-1), '\u001b[1F\u001b[Jweb: stopping (3s)\n');
  await view.update('web', 'copying', '40%');
  assert.equal(written.at(-1), '\u001b[1F\u001b[Jweb: copying 40%\n');
  await view.clear();
  const count = written.length;
  t.mock.timers.tick(10_000);
  assert.equal(written.length, count, 'nothing is drawn when it is over');
});

test('without a terminal each step is a line, and no amount', async () => {
  const { output, written } = screen(false);
  const view = createProgressView(output, Date.now);
  await view.update('web', 'pulling', '10%');
  await view.update('web', 'pulling', '20%');
  await view.update('web', 'unpacking');
  await view.clear();
  assert.deepEqual(written, ['web: pulling\n', 'web: unpacking\n']);
});
