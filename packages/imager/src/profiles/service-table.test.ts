import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceTable } from './service-table.ts';

test('capsuled does not compile in a background thread, which could block its exit forever', () => {
  for (const flag of [
    'no-opt',
    'no-maglev',
    'no-concurrent-sparkplug',
    'no-concurrent-recompilation',
  ]) {
    assert.match(
      serviceTable,
      new RegExp(`^exec = /usr/bin/node .*--${flag} .*capsuled\\.cjs$`, 'm'),
    );
  }
});
