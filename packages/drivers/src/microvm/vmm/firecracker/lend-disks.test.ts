import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { test } from 'node:test';
import { deviceNumber } from './lend-disks.ts';

test('the number of a device is that which Linux shows', async () => {
  const { rdev } = await stat('/dev/null');
  assert.deepEqual(deviceNumber(rdev), { major: 1, minor: 3 });
  assert.deepEqual(deviceNumber(0x7123_4567), { major: 0x345, minor: 0x7_1267 });
});
