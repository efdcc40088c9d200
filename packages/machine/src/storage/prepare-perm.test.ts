import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasLostPerm } from './prepare-perm.ts';

test('a first boot is completed, but a volume for data that is gone is not made again', () => {
  for (const firstBoot of [[], ['new-perm'], ['perm'], ['perm', 'thinpool', 'vol-a']]) {
    assert.equal(hasLostPerm(firstBoot), false);
  }
  assert.equal(hasLostPerm(['thinpool', 'vol-a']), true);
  assert.equal(hasLostPerm(['new-perm', 'thinpool']), true);
});
