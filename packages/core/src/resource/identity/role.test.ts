import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasRole, ROLES } from './role.ts';

test('each role contains itself and the ones before it', () => {
  const table = ROLES.map((role) => ROLES.map((least) => hasRole(role, least)));
  assert.deepEqual(table, [
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]);
});
