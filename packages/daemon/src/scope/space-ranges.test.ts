import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Place } from '@capsule/core';
import { SpaceRanges } from './space-ranges.ts';

test('only an apply into a space that is not stored reads what the machine uses', async () => {
  let looks = 0;
  const usedRanges = async () => {
    looks += 1;
    return [{ range: '10.0.0.0/24', use: 'route', device: 'eth0' }] as const;
  };
  const hasSpace = ({ space }: Place) => space === 'known';
  const ranges = new SpaceRanges({ machine: { usedRanges }, pool: '10.0.0.0/22', hasSpace });
  const known = { realm: 'main', space: 'known' };
  await ranges.lookFor([known, known]);
  assert.equal(looks, 0);
  await ranges.lookFor([known, { realm: 'main', space: 'new' }]);
  assert.equal(looks, 1);
  assert.equal(ranges.choose('main_new', []).cidr, '10.0.1.0/24');
});
