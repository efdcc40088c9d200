import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { DesiredState } from '@capsule/api/wire';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { difference, type Footprint, footprint } from '../lab/footprint.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { StallingRegistry } from '../lab/stalling-registry.ts';
import {
  deleteAll,
  deleteWorkloads,
  manifest,
  runWorkload,
  untilWorkload,
} from '../lab/workload.ts';

const BOUND = { timeout: 180_000 };
const DELETING = DesiredState.DELETING;
const IMAGE = 'stay:1';
/** Takes half a second to stop, so that the test can observe the delete. */
const SLOW = 'trap "sleep 0.5; exit" TERM; while :; do sleep 1000 & wait; done';
const PORTS = [
  { containerPort: 80, hostPort: 8080 },
  { containerPort: 53, hostPort: 5353, protocol: 'udp' },
];

let lab: Lab;
/** The state before any workload, with only the cached image. */
let nothing: Footprint;

before(async () => {
  lab = await startLab({ images: [] });
  await pushBusybox(lab, IMAGE, {
    Cmd: ['/bin/sh', '-c', 'echo here; while :; do sleep 1000; done'],
    StopSignal: 'SIGKILL',
  });
  await pushBusybox(lab, 'slow:1', { Cmd: ['/bin/sh', '-c', SLOW] });
  nothing = await footprint(lab);
}, BOUND);

after(() => lab[Symbol.asyncDispose](), BOUND);
afterEach(() => deleteAll(lab), BOUND);

test('a delete removes everything of a workload, and nothing of other workloads', async () => {
  await runWorkload(lab, 'neighbour', { image: IMAGE });
  await capsulectl(lab, ['volume', 'create', 'kept']);
  const alone = await footprint(lab);
  const mounts = [{ volumeName: 'kept', mountPath: '/data' }];
  await runWorkload(lab, 'gone', { image: IMAGE, ports: PORTS, mounts });
  const both = await footprint(lab);
  const same = ['leases', 'ingests', 'volume files', 'microVMs', 'machines'];
  for (const what of Object.keys(alone).filter((key) => !same.includes(key))) {
    assert.notDeepEqual(both[what], alone[what], `${what} show the workload while it runs`);
  }
  const { stdout } = await capsulectl(lab, ['workload', 'delete', 'gone']);
  assert.equal(stdout, 'gone deleted\n');
  await sameAs(alone);
  await capsulectl(lab, ['volume', 'delete', 'kept']);
  await deleteWorkloads(lab, 'neighbour');
  await sameAs(nothing);
});

test('a delete does not affect a workload with the same name prefix', async () => {
  const eu = await runWorkload(lab, 'prod-eu', { image: IMAGE });
  await runWorkload(lab, 'prod', { image: IMAGE });
  await deleteWorkloads(lab, 'prod');
  assert.equal((await runWorkload(lab, 'prod-eu', { image: IMAGE })).status.pid, eu.status.pid);
});

test('deleting a missing workload is an error, or a success with --ignore-missing', async () => {
  const missing = await capsulectl(lab, ['workload', 'delete', 'absent'], { allow: [3] });
  assert.match(missing.stderr, /there is no workload named absent/);
  const lenient = await capsulectl(lab, ['workload', 'delete', 'absent', '--ignore-missing']);
  assert.equal(lenient.stdout, 'absent does not exist\n');
});

test('a delete of a workload in host mode leaves nothing behind', async () => {
  await runWorkload(lab, 'open', { image: IMAGE, networkMode: 'NETWORK_MODE_HOST' });
  await deleteWorkloads(lab, 'open');
  await sameAs(nothing);
});

test('a workload that ignores its stop signal is killed after its grace period, and leaves nothing behind', async () => {
  await pushBusybox(lab, 'deaf:1', {
    Cmd: ['/bin/sh', '-c', 'trap "" TERM; while :; do sleep 1; done'],
  });
  const before = await footprint(lab);
  await runWorkload(lab, 'deaf', { image: 'deaf:1' });
  await deleteWorkloads(lab, 'deaf');
  await sameAs(before);
});

test('the delete of a workload ends its hanging pull, and leaves nothing behind', async () => {
  await using registry = await StallingRegistry.open(lab);
  await capsulectl(lab, ['apply', '-f', '-', '--no-wait'], {
    input: manifest('pulling', { image: `${registry.address}/slow/image:1` }),
  });
  await registry.isStalling;
  await deleteWorkloads(lab, 'pulling');
  await registry.isHungUp;
  // containerd keeps fetched content for the next try until its garbage collection. No lease may hold it.
  await collectGarbage();
  await sameAs(nothing);
});

test('a name can be applied again right after its delete, with another image and mode', async () => {
  const first = await runWorkload(lab, 'again', { image: 'slow:1', ports: PORTS });
  const deleted = capsulectl(lab, ['workload', 'delete', 'again']);
  await untilWorkload(lab, 'again', ({ desiredState }) => desiredState === DELETING);
  const again = await runWorkload(lab, 'again', { image: IMAGE, networkMode: 'NETWORK_MODE_HOST' });
  await deleted;
  assert.notEqual(again.uid, first.uid);
  await deleteWorkloads(lab, 'again');
  await sameAs(nothing);
});

test('a delete continues if capsuled is killed right after it was accepted', async () => {
  for (const name of ['first', 'second', 'third']) {
    await runWorkload(lab, name, { image: 'slow:1', ports: PORTS });
    const deleted = capsulectl(lab, ['workload', 'delete', name]);
    await untilWorkload(lab, name, ({ desiredState }) => desiredState === DELETING);
    await lab.killCapsuled();
    assert.equal((await deleted).stdout, `${name} deleted\n`);
    await sameAs(nothing);
  }
});

async function sameAs(before: Footprint): Promise<void> {
  assert.deepEqual(difference(before, await footprint(lab)), []);
}

async function collectGarbage(): Promise<void> {
  await lab.ctr('leases', 'create', '--id', 'collect');
  await lab.ctr('leases', 'delete', '--sync', 'collect');
}
