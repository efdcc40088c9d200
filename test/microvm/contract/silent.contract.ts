import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { stretched } from '../../lab/stretched.ts';
import { pushImage } from '../push-image.ts';
import { runIn } from '../run-in.ts';
import type { Backend, VmSetting } from '../vm-setting.ts';
import { applyVm, remove, untilReady, untilWorkload } from '../workload.ts';

const IMAGE = 'silent:1';
/** The longest time from the signal until the machine's end is reported. */
const TOLD_MS = 1_000;
const LIMIT_MS = 120_000;

/** A paused guest: its monitor runs, but its agent does not answer. */
export function silentVmContract(backend: Backend, slowness: number, open: () => VmSetting): void {
  const bound = { timeout: LIMIT_MS * slowness };
  suite(`the agent of a microVM stops answering: ${backend}`, { concurrency: false }, () => {
    let setting: VmSetting;
    before(async () => {
      setting = open();
      await pushImage(setting, IMAGE, 'while :; do sleep 1; done');
    }, bound);
    after(() => remove(setting, 'guest'), bound);

    test(
      'an agent that stops answering is reported, and also when it answers again',
      bound,
      async (t) => {
        await applyVm(setting, 'guest', { backend, image: IMAGE, stopGraceSeconds: 1 });
        const { status } = await untilReady(setting, 'guest');
        const signal = (name: string) => setting.exec(['sh', '-c', `kill -${name} ${status?.pid}`]);
        const begun = performance.now();
        await signal('STOP');
        await untilWorkload(setting, 'guest', (one) => one.status?.reason === 'AgentSilent');
        const tookMs = performance.now() - begun;
        t.diagnostic(`reported after ${Math.round(tookMs)} ms`);
        assert.ok(tookMs < stretched(TOLD_MS * slowness), `it was reported after ${tookMs} ms`);
        await signal('CONT');
        const again = await untilWorkload(
          setting,
          'guest',
          (one) => one.status?.reason === 'Running',
        );
        assert.equal(again.status?.pid, status?.pid);
        assert.equal((await runIn(setting, 'guest', 'echo here')).stdout, 'here\n');
      },
    );
  });
}
