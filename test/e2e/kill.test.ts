import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connectCapsule } from '@capsule/api/node';
import { DesiredState, type Workload, WorkloadPhase } from '@capsule/api/wire';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { type Acknowledged, churn } from '../lab/churn.ts';
import { difference, type Footprint, footprint } from '../lab/footprint.ts';
import { killAtRandom } from '../lab/kill-at-random.ts';
import { wordsOf } from '../lab/process.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { chooseSeed } from '../lab/random.ts';
import { stretched } from '../lab/stretched.ts';
import { until } from '../lab/until.ts';
import {
  deleteWorkloads,
  getWorkload,
  type RunningWorkload,
  runWorkload,
  untilWorkload,
} from '../lab/workload.ts';

const BOUND = { timeout: 180_000 };
const KILLS = 15;
/** The promise assumes a machine with a free core. */
const BACK_WITHIN_MS = 2_000;
const IMAGE = 'stay:1';
const COUNT = 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done';
const CHURNED = ['churn-a', 'churn-b', 'churn-c'];

let lab: Lab;
let bystanders: readonly RunningWorkload[];
let quiet: Footprint;

before(async () => {
  lab = await startLab({ images: [] });
  await pushBusybox(lab, IMAGE, {
    Cmd: ['/bin/sh', '-c', 'while :; do sleep 1000; done'],
    StopSignal: 'SIGKILL',
  });
  const ports = [{ containerPort: 80, hostPort: 19_999 }];
  bystanders = [
    await runWorkload(lab, 'bridged', { image: IMAGE, ports }),
    await runWorkload(lab, 'hosted', { image: IMAGE, networkMode: 'NETWORK_MODE_HOST' }),
    await runWorkload(lab, 'counting', { image: IMAGE, args: ['/bin/sh', '-c', COUNT] }),
  ];
  quiet = await footprint(lab);
}, BOUND);

after(() => lab[Symbol.asyncDispose](), BOUND);

test(`after ${KILLS} kills during applies and deletes, capsuled restarts, completes every acknowledged change and leaks nothing`, {
  timeout: 600_000,
}, async (t) => {
  const seed = chooseSeed();
  t.diagnostic(`CAPSULE_TEST_SEED=${seed}`);
  const stop = new AbortController();
  const request = { seed, image: IMAGE, names: CHURNED };
  const churning = churn(lab, request, stop.signal);
  const back = await killAtRandom(lab, { seed, kills: KILLS }).finally(() => stop.abort());
  const { acknowledged, calls } = await churning;
  t.diagnostic(`${calls} calls; back after ${describe(back)}`);

  await converged(acknowledged);
  await undisturbed();
  const lines = await numbersOf('counting');
  assert.deepEqual(
    lines,
    lines.map((_, index) => index + 1),
    'its log has a hole',
  );
  await capsulectl(lab, ['workload', 'delete', '--ignore-missing', ...CHURNED]);
  assert.deepEqual(difference(quiet, await footprint(lab)), []);
  const bound = stretched(BACK_WITHIN_MS);
  assert.ok(median(back) <= bound, `back after ${describe(back)}, not ${bound} ms`);
  assert.ok(Math.max(...back) <= 2 * bound, `back after ${describe(back)}, not ${2 * bound} ms`);
});

test(
  'repeated kills of containerd disturb no workload, and the next apply works',
  BOUND,
  async () => {
    for (const name of ['after-1', 'after-2', 'after-3']) {
      await lab.killContainerd();
      await undisturbed();
      const begun = performance.now();
      await runWorkload(lab, name, { image: IMAGE });
      const tookMs = performance.now() - begun;
      assert.ok(tookMs < stretched(10_000), `an apply after it took ${tookMs} ms`);
    }
    await undisturbed();
    await deleteWorkloads(lab, 'after-1', 'after-2', 'after-3');
    assert.deepEqual(difference(quiet, await footprint(lab)), []);
  },
);

test(
  'a workload that ends while containerd is down restarts within ten seconds',
  BOUND,
  async () => {
    const { status } = await runWorkload(lab, 'ends', { image: IMAGE });
    await lab.killContainerd();
    const begun = performance.now();
    await lab.exec(['sh', '-c', `kill -9 ${status.pid}`]);
    const again = await untilWorkload(lab, 'ends', (workload) =>
      isRunningAgain(workload, status.pid),
    );
    const tookMs = performance.now() - begun;
    assert.ok(tookMs < stretched(10_000), `it was right after ${tookMs} ms`);
    assert.equal(again.status?.restartCount, 1);
    await deleteWorkloads(lab, 'ends');
    await undisturbed();
  },
);

test('a kill of capsuled and containerd together disturbs no workload', BOUND, async () => {
  await Promise.all([lab.killCapsuled(), lab.killContainerd()]);
  await lab.ready();
  await runWorkload(lab, 'both', { image: IMAGE });
  await undisturbed();
  await deleteWorkloads(lab, 'both');
  assert.deepEqual(difference(quiet, await footprint(lab)), []);
});

function isRunningAgain({ status }: Workload, before: number): boolean {
  return status?.phase === WorkloadPhase.RUNNING && status.pid !== 0 && status.pid !== before;
}

/** Every acknowledged spec is in effect. An unacknowledged spec is in effect completely or not at all. */
async function converged(acknowledged: Acknowledged): Promise<void> {
  await using client = connectCapsule(lab.host, { defaultTimeoutMs: 10_000 });
  let seen: readonly Workload[] = [];
  const workloads = await until('all workloads to be as specified', 120_000, async () => {
    seen = (await client.workload.list({})).workloads;
    return seen.every(isSettled) && seen;
  }).catch(async (cause: unknown) => {
    const states = seen.map(({ name, status }) => `${name}: ${status?.reason} ${status?.message}`);
    throw new Error(`${states.join('\n')}\n${await lab.logs()}`, { cause });
  });
  for (const [name, spec] of acknowledged) {
    const found = workloads.find((workload) => workload.name === name);
    if (spec === 'gone') assert.equal(found, undefined, `${name} was deleted`);
    if (spec !== 'gone' && spec !== undefined) {
      assert.equal(found?.container?.env['VALUE'], spec.value, `${name} was applied`);
    }
    if (found === undefined) continue;
    const value = `VALUE=${found.container?.env['VALUE']}`;
    // containerd reports a running task shortly before runc executes the program.
    await until(`${name} to have ${value}`, 10_000, async () =>
      (await wordsOf(lab, found.status?.pid ?? 0, 'environ')).includes(value),
    );
  }
}

function isSettled({ desiredState, generation, status }: Workload): boolean {
  return (
    desiredState === DesiredState.RUNNING &&
    status?.phase === WorkloadPhase.RUNNING &&
    status.observedGeneration === generation
  );
}

/** A workload without a request keeps its process, and its status is right within ten seconds. */
async function undisturbed(): Promise<void> {
  for (const before of bystanders) {
    const command = await wordsOf(lab, before.status.pid, 'cmdline');
    assert.ok(command.length > 0, `the process of ${before.name} runs`);
  }
  await lab.ready();
  for (const before of bystanders) {
    const now = await until(`the status of ${before.name}`, 10_000, async () => {
      const shown = await getWorkload(lab, before.name);
      return shown.status.reason === 'Running' && shown;
    });
    assert.deepEqual(now, before);
  }
}

/** The whole lines of a log, as numbers. */
async function numbersOf(name: string): Promise<readonly number[]> {
  const { stdout } = await capsulectl(lab, ['workload', 'logs', name]);
  return stdout.split('\n').slice(0, -1).map(Number);
}

function describe(times: readonly number[]): string {
  return `${Math.round(median(times))} ms (median), ${Math.round(Math.max(...times))} ms (longest)`;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}
