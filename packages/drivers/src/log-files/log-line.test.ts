import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareLogTimes, parseLogLine } from './log-line.ts';

test('a line has a time, a source, a tag and a text', () => {
  const line = parseLogLine(Buffer.from('2026-11-23T01:02:03.5Z containerd F  level=info'));
  assert.deepEqual(line && { ...line, text: Buffer.from(line.text).toString() }, {
    time: '2026-11-23T01:02:03.5Z',
    source: 'containerd',
    partial: false,
    text: ' level=info',
  });
});

test('lines of other forms are not parsed', () => {
  const others = [
    '',
    'hello',
    '2026-11-23T01:02:03Z',
    '2026-11-23T01:02:03Z stdout',
    '2026-11-23T01:02:03Z stdout X text',
    '2026-11-23T01:02:03Z stdout Ftext',
    '2026-11-23T01:02:03+01:00 stdout F text',
    '2026-11-23 01:02:03Z stdout F text',
    `2026-11-23T01:02:03Z ${'s'.repeat(200)} F text`,
  ];
  for (const other of others) assert.equal(parseLogLine(Buffer.from(other)), undefined, other);
});

test('times are compared to the nanosecond, however many digits they have', () => {
  const times = [
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00.000000001Z',
    '2026-01-01T00:00:00.1Z',
    '2026-01-01T00:00:00.12Z',
    '2026-01-01T00:00:01Z',
  ];
  for (const [at, time] of times.entries()) {
    for (const [other, against] of times.entries()) {
      assert.equal(compareLogTimes(time, against), Math.sign(at - other));
    }
  }
  assert.equal(compareLogTimes('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z'), 0);
});
