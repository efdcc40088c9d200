import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, suite, test } from 'node:test';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl, pathOf } from '../lab/capsulectl.ts';
import { runMicroVm } from '../lab/run-micro-vm.ts';
import { SmallPool } from '../lab/small-pool.ts';
import { pushStay } from '../lab/stay.ts';
import { stretched } from '../lab/stretched.ts';
import { until } from '../lab/until.ts';
import { deleteAll, getWorkload, runWorkload, untilWorkload } from '../lab/workload.ts';

const BOUND = { timeout: 240_000 };
const IMAGE = 'stay:1';
const SILENT_SECONDS = 6;
const MOUNTS = [{ volumeName: 'data', mountPath: '/data' }];

suite('pauses and freezes of a microVM', { concurrency: false }, () => {
  let lab: Lab;
  let pool: SmallPool;
  before(async () => {
    lab = await startLab({ images: [] });
    await pushStay(lab);
    pool = await SmallPool.make(lab);
    const config = { microVms: { silentSeconds: SILENT_SECONDS } };
    await writeFile(join(lab.stateDir, 'perm/capsuled.json'), JSON.stringify(config));
    await lab.killCapsuled();
    await lab.ready();
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);
  afterEach(() => deleteAll(lab), BOUND);

  const sh = async (name: string, script: string) =>
    (await capsulectl(lab, ['workload', 'exec', name, '--', 'sh', '-c', script])).stdout;
  const signal = (name: string, pid: number | undefined) =>
    lab.exec(['sh', '-c', `kill -${name} ${pid}`]);

  test(
    'a snapshot contains data that was written just before, and the guest continues',
    BOUND,
    async () => {
      await capsulectl(lab, ['volume', 'create', '--size', '64MiB', 'data']);
      await runMicroVm(lab, 'writer', { image: IMAGE, mounts: MOUNTS });
      await sh('writer', 'head -c 8000000 /dev/urandom > /data/big');
      await capsulectl(lab, ['volume', 'snapshot', 'data@live']);
      const sum = await sh('writer', 'md5sum < /data/big; echo more > /data/more; sync');
      await capsulectl(lab, ['volume', 'clone', 'data@live', 'copy']);
      const mounts = [{ volumeName: 'copy', mountPath: '/data' }];
      await runWorkload(lab, 'reader', { image: IMAGE, mounts });
      assert.equal(await sh('reader', 'md5sum < /data/big'), sum);
      assert.equal(
        await sh('reader', 'ls /data/more 2>&1 || true'),
        'ls: /data/more: No such file or directory\n',
      );
    },
  );

  test('if capsuled dies while a guest is frozen, the guest thaws by itself', BOUND, async () => {
    await capsulectl(lab, ['volume', 'create', '--size', '64MiB', 'data']);
    await runMicroVm(lab, 'writer', { image: IMAGE, mounts: MOUNTS });
    await writeFile(pathOf(lab, '/run/capsule/fault-point'), 'snapshot:copied');
    await lab.capsulectl('volume', 'snapshot', 'data@cut');
    await lab.ready();
    assert.equal(await sh('writer', 'echo on > /data/on; sync; cat /data/on'), 'on\n');
  });

  test(
    'a microVM whose agent stops answering is reported, and killed after a while',
    BOUND,
    async () => {
      const capabilities = { add: ['SYS_TIME'] };
      const { status } = await runMicroVm(lab, 'quiet', { image: IMAGE, capabilities });
      await sh('quiet', 'date -s "2001-01-01 00:00"');
      await signal('STOP', status.pid);
      const stoppedAt = performance.now();
      await untilWorkload(lab, 'quiet', (one) => one.status?.reason === 'AgentSilent');
      const reportedMs = performance.now() - stoppedAt;
      assert.ok(reportedMs < stretched(1_000), `reported after ${reportedMs} ms`);
      await signal('CONT', status.pid);
      await untilWorkload(lab, 'quiet', (one) => one.status?.reason === 'Running');
      await until('the right time', 5_000, async () =>
        /^20[2-9]/.test(await sh('quiet', 'date +%Y')),
      );

      await signal('STOP', status.pid);
      const ended = await untilWorkload(lab, 'quiet', (one) => one.status?.reason === 'BackOff');
      assert.match(ended.status?.message ?? '', /agent did not answer for 6 s/);
      const again = await untilWorkload(lab, 'quiet', (one) => one.status?.ready === true);
      assert.notEqual(again.status?.pid, status.pid);
    },
  );

  test('a running guest gets new resolvers of the capsule', BOUND, async () => {
    await runMicroVm(lab, 'asks', { image: IMAGE });
    const before = await sh('asks', 'cat /etc/resolv.conf');
    assert.doesNotMatch(before, /new\.example/);
    await writeFile(pathOf(lab, '/etc/resolv.conf'), 'nameserver 192.0.2.1\nsearch new.example\n');
    await until('the new resolvers', 10_000, async () =>
      /search .*new\.example/.test(await sh('asks', 'cat /etc/resolv.conf')),
    );
  });

  test('a damaged record concerns its own microVM only, which can be deleted', BOUND, async () => {
    const { status } = await runMicroVm(lab, 'hurt', { image: IMAGE });
    await runWorkload(lab, 'well', { image: IMAGE });
    await lab.exec(['sh', '-c', 'for file in /perm/microvm/*/vm.json; do echo "{" > $file; done']);
    await lab.killCapsuled();
    await lab.ready();
    const code = 'MICROVM_RECORD_DAMAGED';
    const hurt = await untilWorkload(lab, 'hurt', (one) => one.status?.reason === code);
    assert.deepEqual([hurt.status?.phase, hurt.status?.pid], [2, status.pid]);
    await untilWorkload(lab, 'well', (one) => one.status?.ready === true);
    await capsulectl(lab, ['workload', 'restart', 'well']);
    await capsulectl(lab, ['workload', 'delete', 'hurt']);
    await runMicroVm(lab, 'hurt', { image: IMAGE });
  });

  test(
    'a microVM that is paused for lack of space resumes, also after a restart of capsuled',
    BOUND,
    async () => {
      await capsulectl(lab, ['volume', 'create', '--size', '32MiB', 'data']);
      const { status } = await runMicroVm(lab, 'writer', { image: IMAGE, mounts: MOUNTS });
      await pool.fillTo(99);
      await untilWorkload(lab, 'writer', (one) => one.status?.reason === 'Paused');
      await lab.killCapsuled();
      await lab.ready();
      await untilWorkload(lab, 'writer', (one) => one.status?.reason === 'Paused');
      const askedAt = performance.now();
      for (const words of [
        ['workload', 'exec', 'writer', '--', 'true'],
        ['cp', 'writer:/etc/hosts', '-'],
      ]) {
        const refused = await lab.capsulectl(...words);
        assert.match(refused.stderr, /writer is paused/);
      }
      const refusedMs = performance.now() - askedAt;
      assert.ok(refusedMs < stretched(2_000), `refused after ${refusedMs} ms`);
      await pool.empty();
      await untilWorkload(lab, 'writer', (one) => one.status?.reason === 'Running');
      assert.equal(await sh('writer', 'echo on > /data/on; cat /data/on'), 'on\n');
      const after = await getWorkload(lab, 'writer');
      assert.deepEqual([after.status.pid, after.status.restartCount], [status.pid, 0]);
    },
  );
});
