import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceTable } from './service-table.ts';

test('capsuled has no threads of V8, since one of them may block its exit for ever', () => {
  assert.match(serviceTable, /^exec = \/usr\/bin\/node .*--single-threaded .*capsuled\.cjs$/m);
});
