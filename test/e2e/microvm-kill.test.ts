import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLab } from '@capsule/testkit';
import { capsulectl } from './lab/capsulectl.ts';
import { difference, footprint } from './lab/footprint.ts';
import { killWithin } from './lab/kill-within.ts';
import { chooseSeed, Random } from './lab/random.ts';
import { microVmManifest, runMicroVm } from './lab/run-micro-vm.ts';
import { pushStay } from './lab/stay.ts';
import { untilWorkload } from './lab/workload.ts';

const ROUNDS = 5;
const STARTS_WITHIN_MS = 2_500;
const STOPS_WITHIN_MS = 600;
const VM = { image: 'stay:1', mounts: [{ volumeName: 'data', mountPath: '/data' }] };

test('capsuled killed at any moment leaves no half of a microVM', {
  timeout: 300_000,
}, async (t) => {
  const seed = chooseSeed();
  t.diagnostic(`CAPSULE_TEST_SEED=${seed}`);
  const random = new Random(seed);
  await using lab = await startLab({ images: [] });
  await pushStay(lab);
  const clean = await footprint(lab);
  await capsulectl(lab, ['volume', 'create', '--size', '32MiB', 'data']);
  for (let round = 0; round < ROUNDS; round += 1) {
    await capsulectl(lab, ['apply', '-f', '-'], { input: microVmManifest('vm', VM) });
    await killWithin(lab, random, STARTS_WITHIN_MS);
    await runMicroVm(lab, 'vm', VM);
    const { status } = await untilWorkload(lab, 'vm', (one) => one.status?.ready === true);
    const said = await lab.capsulectl('workload', 'exec', 'vm', '--', 'echo', 'here');
    assert.equal(said.stdout, 'here\n', said.stderr);
    const { stdout } = await lab.exec(['sh', '-c', 'cat /proc/[0-9]*/comm']);
    const machines = stdout.split('\n').filter((name) => name.startsWith('qemu-system'));
    assert.equal(machines.length, 1, `beside ${status?.pid}`);
    const ending = lab.capsulectl('workload', round % 2 === 0 ? 'delete' : 'stop', 'vm');
    await killWithin(lab, random, STOPS_WITHIN_MS);
    await ending;
    await capsulectl(lab, ['workload', 'delete', 'vm'], { allow: [0, 3], timeoutMs: 100_000 });
  }
  await capsulectl(lab, ['volume', 'delete', '--force', 'data']);
  assert.deepEqual(difference(clean, await footprint(lab)), []);
});
