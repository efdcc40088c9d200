import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, suite, test } from 'node:test';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { microVmManifest, runMicroVm } from '../lab/run-micro-vm.ts';
import { pushStay } from '../lab/stay.ts';
import { deleteAll } from '../lab/workload.ts';

const BOUND = { timeout: 240_000 };
const DISK_MIB_PER_SECOND = 4;
const WRITTEN_MIB = 16;
const WRITE = `dd if=/dev/zero of=/data/f bs=1M count=${WRITTEN_MIB} conv=fsync 2>/dev/null`;

suite('device limits of microVMs', { concurrency: false }, () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab({ images: [] });
    await pushStay(lab);
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);
  afterEach(() => deleteAll(lab), BOUND);

  const limit = async (limits: Readonly<Record<string, number>>) => {
    const file = join(lab.stateDir, 'perm/capsuled.json');
    await writeFile(file, JSON.stringify({ microVms: { limits } }));
    await lab.killCapsuled();
    await lab.ready();
  };

  test('the throughput of a disk stays below its limit', BOUND, async (t) => {
    await limit({ diskMibPerSecond: DISK_MIB_PER_SECOND });
    await capsulectl(lab, ['volume', 'create', '--size', '64MiB', 'data']);
    const mounts = [{ volumeName: 'data', mountPath: '/data' }];
    await runMicroVm(lab, 'writer', { image: 'stay:1', mounts });
    const begun = performance.now();
    await capsulectl(lab, ['workload', 'exec', 'writer', '--', 'sh', '-c', WRITE]);
    const tookMs = performance.now() - begun;
    t.diagnostic(`${WRITTEN_MIB} MiB in ${Math.round(tookMs)} ms`);
    // The token bucket is full at the start.
    assert.ok(tookMs > ((WRITTEN_MIB - DISK_MIB_PER_SECOND) / DISK_MIB_PER_SECOND) * 1000);
  });

  test('a limit that the monitor cannot enforce is refused, with the reason', BOUND, async () => {
    await limit({ linkMibPerSecond: 1 });
    const info = await capsulectl(lab, ['capsule', 'info']);
    assert.match(info.stdout, /linkMibPerSecond/);
    const input = microVmManifest('linked', { image: 'stay:1', backend: 'qemu' });
    const { exitCode, stderr } = await lab.capsulectlWith(
      { input },
      ...['apply', '-f', '-', '--wait', '--timeout', '60s'],
    );
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /linkMibPerSecond of capsuled\.json/);
  });
});
