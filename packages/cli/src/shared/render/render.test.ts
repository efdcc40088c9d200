import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textWidth } from '@capsule/core';
import fc from 'fast-check';
import { fitText, padText } from '../../program/plain-text.ts';
import { formatAge } from './age.ts';
import { formatBytes } from './bytes.ts';
import { fitWidths } from './fit-widths.ts';
import { type Column, renderTable } from './table.ts';

const TABLE = { kind: 'table', isWide: false, hasTitles: true } as const;
const MINUTE_MS = 60_000;
const style = (_style: string, text: string) => text;
const terminal = (columns: number) => ({ isTerminal: true, columns, style });

test('ages are one or two short words', () => {
  const ages: readonly (readonly [number, string])[] = [
    [0, '0s'],
    [119_999, '119s'],
    [3 * MINUTE_MS, '3m'],
    [130 * MINUTE_MS, '2h10m'],
    [24 * 60 * MINUTE_MS, '1d'],
    [27 * 60 * MINUTE_MS, '1d3h'],
    [90 * 24 * 60 * MINUTE_MS, '90d'],
  ];
  for (const [ms, text] of ages) assert.equal(formatAge(0, ms), text);
  assert.equal(formatAge(5000, 0), '0s');
});

test('sizes are short and never round up to 1024', () => {
  const sizes: readonly (readonly [number, string])[] = [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [1024 ** 2 - 1, '1 MiB'],
    [42 * 1024 ** 2, '42 MiB'],
    [5 * 1024 ** 4, '5 TiB'],
  ];
  for (const [bytes, text] of sizes) assert.equal(formatBytes(bytes), text);
});

test('wide letters, marks and emoji are measured as terminals do', () => {
  assert.equal(textWidth('abc'), 3);
  assert.equal(textWidth('日本'), 4);
  assert.equal(textWidth('e\u0301'), 1);
  assert.equal(textWidth('🚀'), 2);
  assert.equal(fitText('日本語', 4), '日…');
  assert.equal(padText('日', 4), '日  ');
});

test('a cut text is never wider than asked for', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 20 });
  fc.assert(
    fc.property(texts, fc.nat({ max: 20 }), (text, width) => {
      assert.ok(textWidth(fitText(text, width)) <= width || textWidth(text) <= width);
    }),
  );
});

test('a table keeps what must not be cut, whatever the width', () => {
  const columns: readonly Column<readonly string[]>[] = [
    { title: 'A', cell: (row) => row[0] ?? '' },
    { title: 'B', cell: (row) => row[1] ?? '', shrinksTo: 3 },
  ];
  const table = renderTable([['name', 'long value']], columns, TABLE, terminal(8));
  assert.equal(table, 'A     B\nname  lo…\n');
});

test('a program reads a table whole, and without titles if it likes', () => {
  const columns = [{ title: 'B', cell: (row: string) => row, shrinksTo: 3 }];
  const pipe = { ...terminal(8), isTerminal: false };
  assert.equal(renderTable(['long value'], columns, TABLE, pipe), 'B\nlong value\n');
  const bare = { ...TABLE, hasTitles: false };
  assert.equal(renderTable(['long value'], columns, bare, pipe), 'long value\n');
});

test('the last column gives first, the widest between then, and the name last', () => {
  const named = { width: 20, shrinksTo: 10 };
  const columns = [named, { width: 30, shrinksTo: 8 }, { width: 14, shrinksTo: 8 }];
  const widths = (room: number, last = { width: 20, shrinksTo: 12 }) =>
    fitWidths([...columns, last], room, 2).widths;
  assert.deepEqual(widths(90), [20, 30, 14, 20]);
  assert.deepEqual(widths(85), [20, 30, 14, 15]);
  assert.deepEqual(widths(70), [20, 18, 14, 12]);
  assert.deepEqual(widths(62), [20, 12, 12, 12]);
  assert.deepEqual(widths(50), [16, 8, 8, 12]);
  const spare = { width: 20, shrinksTo: 12, isSpare: true };
  assert.deepEqual(fitWidths([...columns, spare], 40, 2), {
    kept: [true, true, true, false],
    widths: [20, 8, 8],
  });
});

test('a message is broken at words, and goes on below its own column', () => {
  const columns: readonly Column<string>[] = [
    { title: 'A', cell: () => 'web' },
    { title: 'MESSAGE', cell: (row) => row, shrinksTo: 10, wraps: true },
  ];
  const table = renderTable(['it has ended with 3'], columns, TABLE, terminal(18));
  assert.equal(table, 'A    MESSAGE\nweb  it has ended\n     with 3\n');
  const long = renderTable(['no 0123456789abcdef'], columns, TABLE, terminal(18));
  assert.equal(long, 'A    MESSAGE\nweb  no 0123456789\n     abcdef\n');
});
