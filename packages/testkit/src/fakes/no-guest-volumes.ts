import assert from 'node:assert/strict';
import type { VolumeBorrowers } from '@capsule/core';

/** For tests in which no volume is lent. */
export const noBorrowers: VolumeBorrowers = {
  whileStill: () => assert.fail('nothing is lent'),
  trim: async () => undefined,
};
