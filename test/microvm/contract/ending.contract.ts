import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { RestartPolicy } from '@capsule/api/wire';
import { stretched } from '../../lab/stretched.ts';
import { pushImage } from '../push-image.ts';
import { runIn } from '../run-in.ts';
import type { Backend, VmSetting } from '../vm-setting.ts';
import { applyVm, printed, remove, statusOf, untilReady, untilWorkload } from '../workload.ts';

const IMAGE = 'ending:1';
const STAY = 'while :; do sleep 1; done';
/** A kernel without this key panics because it has no memory left. */
const PANIC = 'echo c > /proc/sysrq-trigger; echo 2 > /proc/sys/vm/panic_on_oom; tail /dev/zero';
const TOLD_MS = 1_000;
const LIMIT_MS = 120_000;
const PROCESSES = ['sh', '-c', 'cat /proc/[0-9]*/comm'];

/** The ways in which a microVM ends by itself. The capsule reports each, and applies the restart policy. */
export function endingVmContract(backend: Backend, slowness: number, open: () => VmSetting): void {
  const bound = { timeout: LIMIT_MS * slowness };
  suite(`a microVM ends: ${backend}`, { concurrency: false }, () => {
    let setting: VmSetting;
    before(async () => {
      setting = open();
      await pushImage(setting, IMAGE, STAY);
    }, bound);
    after(() => remove(setting, 'guest', 'job'), bound);

    test('an ended payload leaves its exit code, and its microVM is gone', bound, async () => {
      const restartPolicy = RestartPolicy.NEVER;
      const args = ['/bin/sh', '-c', 'echo done; exit 5'];
      await applyVm(setting, 'job', { backend, image: IMAGE, args, restartPolicy });
      const { status } = await untilWorkload(setting, 'job', (one) => one.status?.exitCode === 5);
      assert.equal(status?.reason, 'Failed');
      await printed(setting, 'job', ({ stdout }) => stdout === 'done\n');
      const { stdout } = await setting.exec(PROCESSES, { allow: [0, 1] });
      assert.doesNotMatch(stdout, /^(?:qemu-system|firecracker|vhost-device)/m);
    });

    test('a dead monitor is reported, and the microVM restarts', bound, async (t) => {
      const restartPolicy = RestartPolicy.ON_FAILURE;
      // The test makes its kernel panic.
      const privileged = { privileged: true, user: 'root', stopGraceSeconds: 1 };
      await applyVm(setting, 'guest', { backend, image: IMAGE, ...privileged, restartPolicy });
      const { status } = await untilReady(setting, 'guest');
      const begun = performance.now();
      await setting.exec(['sh', '-c', `kill -9 ${status?.pid}`]);
      const dead = await untilWorkload(setting, 'guest', (one) => one.status?.reason === 'BackOff');
      assert.match(dead.status?.message ?? '', /monitor died.*; its console ends with: ./);
      told(t, begun);
      const again = await untilReady(setting, 'guest');
      assert.equal(again.status?.restartCount, 1);
      assert.notEqual(again.status?.pid, status?.pid);
    });

    test('a kernel panic is reported', bound, async (t) => {
      const { pid } = await statusOf(setting, 'guest');
      // The end of the machine may cut off its output.
      const panic = runIn(setting, 'guest', PANIC).catch(() => undefined);
      const gone = ['sh', '-c', `while [ -e /proc/${pid} ]; do sleep 0.05; done`];
      await setting.exec(gone, { timeoutMs: bound.timeout });
      const begun = performance.now();
      const dead = await untilWorkload(setting, 'guest', (one) => one.status?.reason === 'BackOff');
      assert.match(dead.status?.message ?? '', /kernel panicked/);
      told(t, begun);
      await panic;
    });
  });

  function told(t: { diagnostic(text: string): void }, begun: number): void {
    const tookMs = performance.now() - begun;
    t.diagnostic(`reported after ${Math.round(tookMs)} ms`);
    assert.ok(tookMs < stretched(TOLD_MS * slowness), `it was reported after ${tookMs} ms`);
  }
}
