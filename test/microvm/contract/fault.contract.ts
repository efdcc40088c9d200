import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { isCapsuleError, type VolumeFault } from '@capsule/core';
import { until } from '../../lab/until.ts';
import { pushImage } from '../push-image.ts';
import { runIn } from '../run-in.ts';
import type { Backend, VmSetting } from '../vm-setting.ts';
import { applyVm, remove, untilReady } from '../workload.ts';

const IMAGE = 'fault:1';
const VOLUME = 'fault';
const STAY = 'while :; do sleep 1; done';
const POINT = '/run/capsule/fault-point';
const REACHED_MS = 20_000;
const LIMIT_MS = 120_000;

/** The fault points that concern microVMs, for all volume backends. */
const FAULTS: readonly VolumeFault[] = [
  'attach:leased',
  'attach:mounted',
  'detach:unmounted',
  'detach:released',
  'snapshot:recorded',
  'snapshot:named',
];

/** Kills capsuled during work on a volume of a microVM, and repeats the call. No data may be lost. */
export function faultVmContract(backend: Backend, slowness: number, open: () => VmSetting): void {
  const bound = { timeout: LIMIT_MS * slowness };
  suite(`capsuled dies during work for a microVM: ${backend}`, { concurrency: false }, () => {
    let setting: VmSetting;
    before(async () => {
      setting = open();
      await pushImage(setting, IMAGE, STAY);
      await setting.client.volume.create({ name: VOLUME, sizeMib: 64n });
      const mounts = [{ volumeName: VOLUME, mountPath: '/data' }];
      await applyVm(setting, 'guest', { backend, image: IMAGE, mounts, stopGraceSeconds: 1 });
      await untilReady(setting, 'guest');
      await runIn(setting, 'guest', 'echo good > /data/note; sync');
    }, bound);
    after(async () => {
      await remove(setting, 'guest');
      await setting.client.volume.delete({ name: VOLUME, force: true });
    }, bound);

    const name = 'guest';
    const work: Readonly<Record<string, () => Promise<unknown>>> = {
      attach: () => setting.client.workload.start({ name }),
      detach: () => setting.client.workload.stop({ name }),
      snapshot: () => setting.client.volume.takeSnapshot({ volume: VOLUME, name: 'cut' }),
    };

    for (const fault of FAULTS) {
      const act = work[fault.split(':')[0] ?? ''] ?? assert.fail(fault);
      test(`at ${fault}, no data is lost`, bound, async () => {
        if (fault.startsWith('attach')) await setting.client.workload.stop({ name });
        await setting.exec(['sh', '-c', `printf %s ${fault} > ${POINT}`]);
        const first = act().catch((error: unknown) => error);
        await until(fault, REACHED_MS * slowness, async () => {
          const { exitCode } = await setting.exec(['test', '-e', POINT], { allow: [0, 1] });
          return exitCode === 1;
        });
        await setting.killCapsuled();
        await first;
        await act().catch(except('SNAPSHOT_EXISTS'));
        await setting.client.workload.start({ name });
        await untilReady(setting, name);
        assert.equal((await runIn(setting, name, 'cat /data/note')).stdout, 'good\n');
        await setting.client.volume.deleteSnapshot({ volume: VOLUME, name: 'cut' });
      });
    }
  });
}

/** For calls that may already have taken effect. */
function except(code: string): (error: unknown) => void {
  return (error) => {
    if (!isCapsuleError(error) || error.code !== code) throw error;
  };
}
