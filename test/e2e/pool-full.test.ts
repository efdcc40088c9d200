import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl, pathOf } from '../lab/capsulectl.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { SmallPool } from '../lab/small-pool.ts';
import { until } from '../lab/until.ts';
import { getWorkload, runWorkload, untilWorkload } from '../lab/workload.ts';
import { errorCodeOf } from './support/run-capsulectl.ts';

const BOUND = { timeout: 180_000 };
const COUNT = 'n=0; while :; do n=$((n+1)); echo $n > /data/count; /bin/busybox usleep 20000; done';

suite('a full pool of volumes', { concurrency: false }, () => {
  let lab: Lab;
  let pool: SmallPool;
  before(async () => {
    lab = await startLab({ images: [] });
    await pushBusybox(lab, 'count:1', { Cmd: ['/bin/sh', '-c', COUNT] });
    pool = await SmallPool.make(lab);
    await capsulectl(lab, ['volume', 'create', '--size', '64MiB', 'data']);
    await runWorkload(lab, 'writer', {
      image: 'count:1',
      stopSignal: 'SIGKILL',
      mounts: [{ volumeName: 'data', mountPath: '/data' }],
    });
    await runWorkload(lab, 'bystander', {
      image: 'count:1',
      stopSignal: 'SIGKILL',
      command: ['/bin/sleep', '100000'],
    });
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);

  const count = () => readFile(pathOf(lab, '/run/capsule-volumes/data/count'), 'utf8');

  test(
    'a pool that is nearly full accepts no new volume, and reports its usage',
    BOUND,
    async () => {
      await pool.fillTo(94);
      const refused = await lab.capsulectl('volume', 'create', 'other');
      assert.equal(errorCodeOf(refused), 'VOLUME_POOL_LOW', refused.stderr);
      assert.match(refused.stderr, /\d+MiB of \d+MiB \(9\d\.\d %\)/);
      const taken = await lab.capsulectl('volume', 'snapshot', 'data');
      assert.equal(errorCodeOf(taken), 'VOLUME_POOL_LOW', taken.stderr);
      const { stdout } = await capsulectl(lab, ['capsule', 'info']);
      assert.match(stdout, /the pool of the volumes is 9\d % full/);
      await pool.empty();
      await capsulectl(lab, ['volume', 'create', 'other']);
      await capsulectl(lab, ['volume', 'delete', 'other']);
    },
  );

  test(
    'a writer is paused while the pool is full and resumes later, and no other workload is affected',
    BOUND,
    async () => {
      await pool.fillTo(99);
      await untilWorkload(lab, 'writer', ({ status }) => status?.reason === 'Paused');
      const before = await count();
      const usage = await capsulectl(lab, ['volume', 'usage']);
      assert.match(usage.stdout, /full: workloads with volumes are paused/);
      const echo = ['workload', 'exec', 'bystander', '--', 'echo', 'hello'];
      assert.equal((await capsulectl(lab, echo)).stdout, 'hello\n');
      assert.equal(await count(), before);
      const { status } = await getWorkload(lab, 'writer');
      assert.match(status.message, /paused until the pool of its volumes has room/);
      await pool.empty();
      await untilWorkload(lab, 'writer', ({ status }) => status?.reason === 'Running');
      await until('the writer to go on', 10_000, async () => (await count()) !== before);
      assert.equal((await getWorkload(lab, 'writer')).status.restartCount, 0);
      const events = await capsulectl(lab, ['events', 'volume/']);
      assert.match(events.stdout, /PoolFull.*\n(.*\n)*.*PoolFine/);
    },
  );

  test('a paused workload can be stopped', BOUND, async () => {
    await pool.fillTo(99);
    await untilWorkload(lab, 'writer', ({ status }) => status?.reason === 'Paused');
    await capsulectl(lab, ['workload', 'stop', 'writer']);
    await pool.empty();
    await capsulectl(lab, ['volume', 'delete', '--force', 'data']);
  });
});
