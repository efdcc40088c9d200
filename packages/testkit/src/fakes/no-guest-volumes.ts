import assert from 'node:assert/strict';
import type { GuestVolumes } from '@capsule/core';

/** For tests in which no volume is lent. */
export const noGuestVolumes: GuestVolumes = {
  whileStill: () => assert.fail('nothing is lent'),
  trim: async () => undefined,
};
