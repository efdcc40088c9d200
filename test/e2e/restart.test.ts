import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { type Workload, WorkloadPhase } from '@capsule/api/wire';
import { readClaim } from '@capsule/launcher';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { page } from '../lab/page.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { until } from '../lab/until.ts';
import {
  deleteAll,
  deleteWorkloads,
  getWorkload,
  manifest,
  runWorkload,
  untilWorkload,
} from '../lab/workload.ts';

const BOUND = { timeout: 180_000 };
const IMAGE = 'serve:1';
const SERVE =
  'echo started; mkdir -p /tmp/www && echo "page of $HOSTNAME" > /tmp/www/index.html && exec busybox httpd -f -p 80 -h /tmp/www';

let lab: Lab;

before(async () => {
  lab = await startLab({ images: [] });
  await pushBusybox(lab, IMAGE, { Cmd: ['/bin/sh', '-c', SERVE], StopSignal: 'SIGKILL' });
}, BOUND);

after(() => lab[Symbol.asyncDispose](), BOUND);
afterEach(() => deleteAll(lab), BOUND);

test(
  'a failed workload restarts with growing pauses, and the restarts are counted',
  BOUND,
  async () => {
    await apply('failing', ['/bin/sh', '-c', 'exit 3']);
    const waits: number[] = [];
    for (const count of [1, 2, 3]) {
      const { status } = await untilWorkload(
        lab,
        'failing',
        ({ status }) => status?.reason === 'BackOff' && status.restartCount === count,
      );
      assert.equal(status?.phase, WorkloadPhase.FAILED);
      assert.equal(status.exitCode, 3);
      assert.match(status.message, /exit code 3/);
      waits.push(Number(status.nextRetryUnixMs - status.finishedAtUnixMs));
    }
    for (const [index, wait] of waits.entries()) {
      // One second, doubled each time, plus or minus a fifth, and a little time until the end is detected.
      const planned = 1_000 * 2 ** index;
      assert.ok(wait >= planned * 0.8 && wait <= planned * 1.2 + 1_000, `waits: ${waits}`);
    }
  },
);

test('a killed workload soon runs again, with its address and port', BOUND, async () => {
  const ports = [{ containerPort: 80, hostPort: 18_200 }];
  const { status } = await runWorkload(lab, 'killed', { image: IMAGE, ports });
  await lab.exec(['sh', '-c', `kill -9 ${status.pid}`]);
  const again = await untilWorkload(lab, 'killed', (workload) =>
    isAnotherRun(workload, status.pid),
  );
  assert.equal(again.status?.restartCount, 1);
  assert.equal(again.status.exitCode, 137);
  assert.equal(again.status.address, status.address);
  assert.equal(await page(`http://${lab.address}:18200/`), 'page of killed\n');
});

test('a new spec starts without the pause of the old one', BOUND, async () => {
  await apply('mended', ['/bin/sh', '-c', 'exit 1']);
  const { status } = await untilWorkload(
    lab,
    'mended',
    ({ status }) => status?.reason === 'BackOff' && status.restartCount === 4,
  );
  const mended = await runWorkload(lab, 'mended', { image: IMAGE });
  const started = await untilWorkload(lab, 'mended', ({ status }) => status?.ready === true);
  const dueAt = status?.nextRetryUnixMs ?? 0n;
  assert.ok((started.status?.startedAtUnixMs ?? dueAt) < dueAt, 'it started when it was due');
  assert.equal(mended.status.phase, 'WORKLOAD_PHASE_RUNNING');
});

test('the error names a program that does not exist, and an apply fixes it', BOUND, async () => {
  await apply('nowhere', ['/bin/nowhere']);
  const { status } = await untilWorkload(
    lab,
    'nowhere',
    ({ status }) => status?.phase === WorkloadPhase.FAILED,
  );
  assert.match(status?.message ?? '', /\/bin\/nowhere/);
  await runWorkload(lab, 'nowhere', { image: IMAGE });
});

const ends: readonly { readonly what: string; readonly end: () => Promise<void> }[] = [
  { what: 'was powered off', end: async () => undefined },
  { what: 'lost its launcher to kill -9', end: killLauncher },
  { what: 'was killed with -9', end: killInit },
];
for (const { what, end } of ends) {
  test(`a capsule that ${what} starts all its workloads, and no deleted ones`, BOUND, async () => {
    const ports = [{ containerPort: 80, hostPort: 18_201 }];
    const kept = await runWorkload(lab, 'kept', { image: IMAGE, ports });
    const open = await runWorkload(lab, 'open', {
      image: IMAGE,
      command: ['/bin/sh', '-c', 'exec busybox httpd -f -p 18202 -h /'],
      networkMode: 'NETWORK_MODE_HOST',
    });
    await runWorkload(lab, 'deleted', { image: IMAGE });
    await deleteWorkloads(lab, 'deleted');
    await end();
    await lab.restart();

    for (const before of [kept, open]) {
      const { status, uid, generation } = await untilWorkload(
        lab,
        before.name,
        ({ status }) => status?.phase === WorkloadPhase.RUNNING && status.reason === 'Running',
      );
      assert.equal(uid, before.uid);
      assert.equal(Number(generation), before.generation);
      assert.equal(status?.address, before.status.address ?? '');
    }
    assert.equal(await page(`http://${lab.address}:18201/`), 'page of kept\n');
    const { stdout } = await capsulectl(lab, ['workload', 'list', '-o', 'name']);
    assert.deepEqual(stdout.split('\n').filter(Boolean).sort(), ['kept', 'open']);
    const logs = await capsulectl(lab, ['workload', 'logs', 'kept']);
    assert.equal(logs.stdout, 'started\nstarted\n', 'the log goes on where it was');
  });
}

test(
  'workloads that restarted after a power-off keep running during the next apply',
  BOUND,
  async () => {
    await runWorkload(lab, 'same', { image: IMAGE });
    await lab.restart();
    await untilWorkload(lab, 'same', ({ status }) => status?.phase === WorkloadPhase.RUNNING);
    const before = await getWorkload(lab, 'same');
    const after = await runWorkload(lab, 'same', { image: IMAGE });
    assert.deepEqual(after, before);
  },
);

async function apply(name: string, command: readonly string[]): Promise<void> {
  const input = manifest(name, { image: IMAGE, command });
  await capsulectl(lab, ['apply', '-f', '-', '--no-wait'], { input });
}

function isAnotherRun({ status }: Workload, before: number): boolean {
  return status?.phase === WorkloadPhase.RUNNING && status.pid !== before;
}

/** The capsule has to go with it. */
async function killLauncher(): Promise<void> {
  const claim = await readClaim(lab.name);
  if (claim === undefined) throw new Error('the lab has no claim');
  await endsWith(claim.launcherPid);
}

async function killInit(): Promise<void> {
  await endsWith(lab.pid);
}

async function endsWith(pid: number): Promise<void> {
  const init = lab.pid;
  process.kill(pid, 'SIGKILL');
  await until('PID 1 of the capsule to end', 10_000, () => !isAlive(init));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
