import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellOfWorkload, type DesiredState, type VolumeRecord } from '@capsule/core';
import { VolumeHolders } from './holders.ts';

function stoppedBy(desired: DesiredState | undefined): readonly string[] {
  const stopped: string[] = [];
  const holders = new VolumeHolders({
    records: { get: () => ({ holder: cellOfWorkload('web') }) as VolumeRecord },
    users: { desiredOf: () => desired, stop: ({ cell }) => stopped.push(cell) },
    feed: { changes: () => assert.fail('not used in this test') },
  });
  holders.stop('data');
  return stopped;
}

test('the holder of a volume is stopped, and left alone while it is being deleted', () => {
  assert.deepEqual(stoppedBy('running'), ['web']);
  assert.deepEqual(stoppedBy('stopped'), []);
  assert.deepEqual(stoppedBy('deleting'), []);
  assert.deepEqual(stoppedBy(undefined), []);
});
