import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Workload } from '@capsule/api/wire';
import { stretched } from '../../lab/stretched.ts';
import { pushImage } from '../push-image.ts';
import { runIn } from '../run-in.ts';
import { traces } from '../traces.ts';
import type { Backend, VmSetting } from '../vm-setting.ts';
import {
  applyContainer,
  applyVm,
  printed,
  remove,
  statusOf,
  untilReady,
  untilWorkload,
} from '../workload.ts';

const IMAGE = 'living:1';
const VOLUME = 'living';
/** It ignores SIGTERM, so only the capsule can flush its data. */
const SERVE =
  'trap "" TERM; mkdir -p /tmp/www; echo "from $HOSTNAME" > /tmp/www/index.html; busybox httpd -p 80 -h /tmp/www; ' +
  'echo up; echo late >&2; while :; do sleep 1; done';
const MOUNTS = [{ volumeName: VOLUME, mountPath: '/data' }];
const MEMORY_BYTES = 192 * 1024 * 1024;
const FOUND_AGAIN_MS = 2_000;
const LIMIT_MS = 120_000;

/**
 * Tests of one microVM on a monitor, from its first start to its end. Each test continues from the state of
 * the one before, because a boot for each test would take too long.
 */
export function livingVmContract(backend: Backend, slowness: number, open: () => VmSetting): void {
  const bound = { timeout: LIMIT_MS * slowness };
  suite(`a running microVM: ${backend}`, { concurrency: false }, () => {
    let setting: VmSetting;
    let tracesBefore: readonly string[];
    let pid = 0;
    const inVm = (script: string | readonly string[], input?: string) =>
      runIn(setting, 'guest', script, input);

    before(async () => {
      setting = open();
      await pushImage(setting, IMAGE, SERVE);
      await setting.client.volume.create({ name: VOLUME, sizeMib: 64n });
      tracesBefore = await traces(setting);
    }, bound);
    after(async () => {
      await remove(setting, 'guest', 'peer');
      await setting.client.volume.delete({ name: VOLUME, force: true });
    }, bound);

    test('the microVM runs on the requested monitor', bound, async (t) => {
      const begun = performance.now();
      // Its root is writable and persistent.
      const free = { readOnlyRootFilesystem: false, tmpfs: [] };
      const spec = { backend, image: IMAGE, mounts: MOUNTS, ...free, stopGraceSeconds: 1 };
      await applyVm(setting, 'guest', spec);
      const { status } = await untilReady(setting, 'guest');
      t.diagnostic(`apply to running: ${Math.round(performance.now() - begun)} ms`);
      pid = status?.pid ?? 0;
      const { stdout } = await setting.exec(['cat', `/proc/${pid}/comm`]);
      assert.match(stdout, backend === 'qemu' ? /^qemu-system/ : /^firecracker/);
    });

    test(
      'exec returns the exit code of its process, or the signal that ended it',
      bound,
      async () => {
        const failed = await inVm('echo to one; echo to two >&2; exit 7');
        assert.deepEqual(failed, { exitCode: 7, stdout: 'to one\n', stderr: 'to two\n' });
        assert.equal((await inVm('kill -9 $$')).exitCode, 137);
        assert.equal((await inVm(['nothing-like-this'])).exitCode, 127);
        const text = 'through the wall\n'.repeat(2_000);
        assert.equal((await inVm('cat', text)).stdout, text);
      },
    );

    test('the log keeps stdout and stderr separate', bound, async () => {
      await printed(
        setting,
        'guest',
        ({ stdout, stderr }) => stdout === 'up\n' && stderr === 'late\n',
      );
    });

    test('stats show the usage of the guest', bound, async () => {
      for await (const { workloads } of setting.client.workload.stats({ names: ['guest'] })) {
        const [used] = workloads;
        assert.ok((used?.memoryBytes ?? 0n) > 0n && (used?.memoryBytes ?? 0n) < MEMORY_BYTES);
        assert.ok((used?.cpuUsageMicros ?? 0n) > 0n);
      }
    });

    test('a container and a microVM reach each other by name', bound, async () => {
      await applyContainer(setting, 'peer', { image: IMAGE, stopSignal: 'SIGKILL' });
      await untilReady(setting, 'peer');
      const fetch = 'busybox wget -q -O - http://';
      assert.equal((await inVm(`${fetch}peer/`)).stdout, 'from peer\n');
      assert.equal((await runIn(setting, 'peer', `${fetch}guest/`)).stdout, 'from guest\n');
    });

    test('after a kill, capsuled finds the same microVM again', bound, async (t) => {
      const begun = performance.now();
      await setting.killCapsuled();
      const { status } = await untilReady(setting, 'guest');
      assert.equal((await inVm('echo still here')).stdout, 'still here\n');
      const tookMs = performance.now() - begun;
      t.diagnostic(`from its death to an exec: ${Math.round(tookMs)} ms`);
      assert.equal(status?.pid, pid, 'it was started again');
      assert.equal(status?.restartCount, 0);
      // If Node itself is emulated, its start takes longer than that.
      if (slowness === 1) assert.ok(tookMs < stretched(FOUND_AGAIN_MS), `it took ${tookMs} ms`);
    });

    test(
      'a stop writes all data to the volume before another workload can mount it',
      bound,
      async () => {
        const peer = { image: IMAGE, mounts: MOUNTS, stopSignal: 'SIGKILL' };
        await assert.rejects(applyContainer(setting, 'peer', peer), { code: 'VOLUME_IN_USE' });
        const open = inVm('sleep 1000');
        open.catch(() => undefined);
        const write = 'i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done';
        await inVm(`echo kept > /tmp/kept; (${write}) > /data/lines`);
        await setting.client.workload.stop({ name: 'guest' });
        const { reason, exitCode } = await statusOf(setting, 'guest');
        assert.deepEqual([reason, exitCode], ['Killed', 137], 'it ignores TERM');
        await Promise.allSettled([open]);

        await applyContainer(setting, 'peer', peer);
        // Until capsuled replaces it, the old microVM stays ready.
        const isNew = ({ status, generation }: Workload) =>
          status?.ready === true && status.observedGeneration === generation;
        await untilWorkload(setting, 'peer', isNew);
        const lines = Array.from({ length: 2_000 }, (_, index) => `line ${index}\n`).join('');
        assert.equal((await runIn(setting, 'peer', 'cat /data/lines')).stdout, lines);
        await remove(setting, 'peer');
      },
    );

    test('the disk is unchanged after a stop and a start', bound, async () => {
      await setting.client.workload.start({ name: 'guest' });
      await untilReady(setting, 'guest');
      assert.equal((await inVm('cat /tmp/kept; wc -l < /data/lines')).stdout, 'kept\n2000\n');
    });

    test('a delete leaves nothing of the microVM', bound, async () => {
      await remove(setting, 'guest');
      assert.deepEqual(await traces(setting), tracesBefore);
    });
  });
}
