import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { connectCapsule } from '@capsule/api/node';
import type { CapsuleClient } from '@capsule/api/wire';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { fakeClock } from '../lab/fake-clock.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { until } from '../lab/until.ts';
import { getWorkload, manifest, type RunningWorkload, runWorkload } from '../lab/workload.ts';

const BOUND = { timeout: 180_000 };
const IMAGE = 'stay:1';
const STEADY = 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done';
const YEAR_MS = 365 * 24 * 3600 * 1000;

let lab: Lab;
let client: CapsuleClient;
let setClock: (offset: string) => Promise<void>;
let steady: RunningWorkload;

suite("changes of a capsule's clock", { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [] });
    client = connectCapsule(lab.host);
    await pushBusybox(lab, IMAGE, { Cmd: ['/bin/sh', '-c', STEADY], StopSignal: 'SIGKILL' });
    setClock = await fakeClock(lab);
    steady = await runWorkload(lab, 'steady', { image: IMAGE });
  }, BOUND);
  after(async () => {
    client.close();
    await lab[Symbol.asyncDispose]();
  }, BOUND);

  const jumps = [
    { offset: '+10y', years: 10 },
    { offset: '-10y', years: -10 },
    { offset: '+0', years: 0 },
  ];
  for (const { offset, years } of jumps) {
    test(`with a clock at ${offset}, restarts, logs, events and exec work, and workloads keep running`, {
      ...BOUND,
    }, async (t) => {
      const abort = new AbortController();
      t.after(() => abort.abort());
      const name = `failing-${years + 10}`;
      const input = manifest(name, { image: IMAGE, command: ['/bin/sh', '-c', 'exit 3'] });
      await capsulectl(lab, ['apply', '-f', '-', '--no-wait'], { input });
      await restarted(name, 2);
      const followed = client.event
        .stream({ names: [name], follow: true, tail: 1, sinceUnixMs: 1n }, { signal: abort.signal })
        [Symbol.asyncIterator]();
      await followed.next();

      await setClock(offset);

      await until('the clock to jump', 20_000, async () => {
        const { localTimeUnix } = await client.capsule.getInfo({});
        return Math.abs(Number(localTimeUnix) * 1000 - Date.now() - years * YEAR_MS) < YEAR_MS / 10;
      });
      // The third and fourth pauses are four and eight seconds, at any time of the clock.
      await restarted(name, 4);
      assert.equal((await followed.next()).done, false);
      const started = await capsulectl(lab, ['workload', 'start', name, '--no-wait']);
      assert.match(started.stdout, new RegExp(name));
      const logs = await capsulectl(lab, ['workload', 'logs', 'steady', '-n', '1']);
      // The workload may write one more line during the read, as with tail(1).
      assert.match(logs.stdout, /^\d+\n(\d+\n)?$/);
      const ran = await capsulectl(lab, ['workload', 'exec', 'steady', '--', 'echo', 'here']);
      assert.equal(ran.stdout, 'here\n');
      await lab.killCapsuled();
      await lab.ready();
      await capsulectl(lab, ['workload', 'delete', name]);
      const now = await getWorkload(lab, 'steady');
      assert.deepEqual(now, steady);
    });
  }
});

async function restarted(name: string, count: number): Promise<void> {
  await until(`restart ${count} of ${name}`, 60_000, async () => {
    const { status } = await client.workload.get({ name });
    return (status?.restartCount ?? 0) >= count;
  });
}
