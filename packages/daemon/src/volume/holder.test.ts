import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeSpec, type DesiredState } from '@capsule/core';
import { openStore } from '@capsule/engine';
import { MIGRATIONS } from '../store/migrations.ts';
import { WorkloadSpecs } from '../store/workload-specs.ts';
import type { VolumeKeeper } from './commands.ts';
import { stopHolder } from './holder.ts';

function stoppedBy(desired: DesiredState | undefined): readonly string[] {
  const specs = new WorkloadSpecs(openStore(':memory:', MIGRATIONS));
  if (desired !== undefined)
    specs.insert(completeSpec({ name: 'web', image: 'nginx' }), desired, 0);
  const keeper = { holderOf: () => 'web' } as unknown as VolumeKeeper;
  const stopped: string[] = [];
  const config = { stop: (name: string) => stopped.push(name) > 0 };
  stopHolder('data', { keeper, specs, config });
  return stopped;
}

test('the holder of a volume is stopped, and left alone where it goes by itself', () => {
  assert.deepEqual(stoppedBy('running'), ['web']);
  assert.deepEqual(stoppedBy('stopped'), []);
  assert.deepEqual(stoppedBy('deleting'), []);
  assert.deepEqual(stoppedBy(undefined), []);
});
