import assert from 'node:assert/strict';
import { test } from 'node:test';
import xterm from '@xterm/headless';
import type { Output } from '../../program/context/output.ts';
import { LiveText } from './live-text.ts';

/** A terminal of 20 columns and 6 rows, and what it shows. */
function screen() {
  const terminal = new xterm.Terminal({
    cols: 20,
    rows: 6,
    allowProposedApi: true,
    convertEol: true,
  });
  const out: Output = {
    write: (data) => new Promise((resolve) => terminal.write(data, resolve)),
    style: (_style, text) => text,
    isTerminal: true,
    flush: async () => undefined,
    columns: 20,
    rows: 6,
  };
  const shown = () =>
    Array.from(
      { length: 6 },
      (_, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? '',
    ).filter((line) => line !== '');
  return { live: new LiveText(out), shown };
}

test('a text takes the place of the one before, also where lines are wider than the screen', async () => {
  const { live, shown } = screen();
  await live.draw(`NAME\n${'x'.repeat(45)}\nend\n`);
  assert.deepEqual(shown(), ['NAME', 'x'.repeat(20), 'x'.repeat(20), 'xxxxx', 'end']);
  await live.draw('\x1b[1mNAME\x1b[22m\nweb\n');
  assert.deepEqual(shown(), ['NAME', 'web']);
  await live.draw('NAME\nweb\ndb\n');
  assert.deepEqual(shown(), ['NAME', 'web', 'db']);
});

test('a text that is taller than the screen is cut, not scrolled', async () => {
  const { live, shown } = screen();
  for (const round of ['a', 'b']) {
    await live.draw(Array.from({ length: 30 }, (_, line) => `${round}${line}`).join('\n'));
    assert.deepEqual(
      shown(),
      ['0', '1', '2', '3', '4'].map((line) => round + line),
    );
  }
});
