import assert from 'node:assert/strict';
import { after, before, suite, type TestContext, test } from 'node:test';
import { until } from '../../lab/until.ts';
import { pushImage } from '../push-image.ts';
import { runIn } from '../run-in.ts';
import { untilNoTemplate } from '../traces.ts';
import type { VmSetting } from '../vm-setting.ts';
import { applyVm, remove, statusOf, untilReady } from '../workload.ts';

const IMAGE = 'warm:1';
const SNAPSHOTS = '/perm/microvm-snapshots';
const NAMES = ['cold', 'warm-a', 'warm-b', 'broken', 'again'];
const LIMIT_MS = 240_000;
/** Of a start from a snapshot, compared with a boot. */
const MOST_OF_COLD = 0.35;
/** All that must differ between two guests with the same memory, a line each. */
const IDENTITY = [
  'hostname',
  'cat /sys/class/net/eth0/address',
  'ip -4 -o addr show dev eth0 | tr -s " " | cut -d" " -f4',
  'cat /proc/sys/kernel/random/boot_id',
  'head -c 16 /dev/urandom | od -An -tx1',
].join('; ');

/** MicroVMs on Firecracker that are resumed from a snapshot of a machine that had no workload. */
export function warmVmContract(slowness: number, open: () => VmSetting): void {
  const bound = { timeout: LIMIT_MS * slowness };
  suite('a microVM from a snapshot: firecracker', { concurrency: false }, () => {
    let setting: VmSetting;
    let coldMs = 0;
    before(async () => {
      setting = open();
      await setting.exec(['rm', '-r', '-f', SNAPSHOTS]);
      await pushImage(setting, IMAGE, 'while :; do sleep 1; done');
    }, bound);
    after(() => remove(setting, ...NAMES), bound);

    test('the first start boots, and its snapshot belongs to capsuled alone', bound, async (t) => {
      coldMs = await startOf(setting, 'cold');
      assert.equal(await isResumed(setting, 'cold'), false);
      await untilSnapshot(setting);
      const { stdout } = await setting.exec(['find', SNAPSHOTS, '-printf', '%m %U %y %s %k %f\n']);
      t.diagnostic(stdout.trim().replaceAll('\n', '; '));
      for (const line of stdout.trim().split('\n')) assert.match(line, /^(?:700 0 d|600 0 f) /);
    });

    test('later starts resume it, in a third of the time', bound, async (t) => {
      const warmMs = await startOf(setting, 'warm-a');
      assert.equal(await isResumed(setting, 'warm-a'), true);
      const ratio = warmMs / coldMs;
      t.diagnostic(`cold ${coldMs} ms, warm ${warmMs} ms: ${ratio.toFixed(2)}`);
      assert.ok(ratio <= MOST_OF_COLD, `${warmMs} ms of ${coldMs} ms`);
    });

    test('guests of one snapshot differ in all that identifies them', bound, async (t) => {
      await startOf(setting, 'warm-b');
      const [a, b] = [await identityOf(setting, 'warm-a'), await identityOf(setting, 'warm-b')];
      t.diagnostic(`${a.join(' | ')} and ${b.join(' | ')}`);
      assert.equal(a.length, IDENTITY.split('; ').length);
      for (const [index, line] of a.entries()) assert.notEqual(line, b[index]);
      assert.deepEqual([a[0], b[0]], ['warm-a', 'warm-b']);
      const clock = await lineOf(setting, 'warm-b', 'date +%s');
      assert.ok(Math.abs(Number(clock) - Date.now() / 1000) < 5 * slowness, clock);
    });

    test('a damaged snapshot is removed, and the microVM boots', bound, async () => {
      await setting.exec(['sh', '-c', `for f in ${SNAPSHOTS}/*/state; do echo x > "$f"; done`]);
      await startOf(setting, 'broken');
      assert.equal(await isResumed(setting, 'broken'), false);
      assert.deepEqual(await namesIn(setting, SNAPSHOTS), []);
      const reasons: string[] = [];
      for await (const { reason } of setting.client.event.stream({ names: ['broken'] })) {
        reasons.push(reason);
      }
      assert.ok(reasons.includes('NotResumed'), reasons.join(' '));
    });

    test(
      'snapshots may vanish, and the capsule makes them again',
      bound,
      async (t: TestContext) => {
        await setting.exec(['rm', '-r', SNAPSHOTS]);
        await setting.killCapsuled();
        await startOf(setting, 'again');
        assert.equal(await isResumed(setting, 'again'), false);
        await untilSnapshot(setting);
        t.diagnostic((await namesIn(setting, SNAPSHOTS)).join(' '));
      },
    );
  });
}

/** Returns the time from the apply until an exec has ended. */
async function startOf(setting: VmSetting, name: string): Promise<number> {
  const begunAt = performance.now();
  await applyVm(setting, name, { backend: 'firecracker', image: IMAGE, stopGraceSeconds: 1 });
  await untilReady(setting, name);
  assert.equal((await runIn(setting, name, ['true'])).exitCode, 0);
  return Math.round(performance.now() - begunAt);
}

/** A machine that boots has a description of its kernel. */
async function isResumed(setting: VmSetting, name: string): Promise<boolean> {
  const { pid } = await statusOf(setting, name);
  const { stdout } = await setting.exec(['cat', `/proc/${pid}/cmdline`]);
  return !stdout.includes('--config-file');
}

async function identityOf(setting: VmSetting, name: string): Promise<readonly string[]> {
  const { stdout } = await runIn(setting, name, IDENTITY);
  return stdout.trim().split('\n');
}

async function lineOf(setting: VmSetting, name: string, script: string): Promise<string> {
  return (await runIn(setting, name, script)).stdout.trim();
}

/** Until one is whole, and its template is gone. */
async function untilSnapshot(setting: VmSetting): Promise<void> {
  await until('the snapshot', LIMIT_MS * setting.slowness, async () => {
    const names = await namesIn(setting, SNAPSHOTS);
    return names.length > 0 && names.every((name) => !name.endsWith('.new'));
  });
  await untilNoTemplate(setting);
}

async function namesIn(setting: VmSetting, folder: string): Promise<readonly string[]> {
  const { stdout } = await setting.exec(['ls', '-A', folder], { allow: [0, 2] });
  return stdout.split('\n').filter(Boolean);
}
