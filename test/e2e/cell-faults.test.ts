import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { connectCapsule } from '@capsule/api/node';
import { NodeState, type NodeStatus } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import { busyboxRecipe, type Lab, startLab } from '@capsule/testkit';
import {
  applyText,
  type CellPlace,
  document,
  insideCell,
  removeTree,
  seeContainer,
  untilCell,
} from '../lab/cell.ts';
import { difference, type Footprint, footprint } from '../lab/footprint.ts';
import { killAtRandom } from '../lab/kill-at-random.ts';
import { chooseSeed } from '../lab/random.ts';
import { until } from '../lab/until.ts';

const BOUND = { timeout: 180_000 };
const HOME = { realm: 'main', space: 'default', stack: 'default' };
const STAY = 'trap exit TERM; while :; do sleep 1000 & wait; done';
/** A root that goes on with a word when a sibling says so through their shared memory. */
const UNTIL_TOLD = 'while [ ! -e /dev/shm/go ]; do sleep 0.1; done';
/** Doubles a variable until it is killed. */
const GREEDY = 'a=0123456789abcdef; while :; do a=$a$a; done';
const MIB = 1024 * 1024;

function container(id: string, script = STAY, more: object = {}): object {
  const image = 'docker.io/library/busybox:latest';
  return { id, image, command: '/bin/sh', args: ['-c', script], user: '1000:1000', ...more };
}

function cell(name: string, ...containers: readonly object[]): string {
  return JSON.stringify(document('Cell', name, { containers }));
}

const TRIO = cell('trio', container('one'), container('two'), container('three'));
/** A kill amid a start counts as the one run of a container that is never restarted. */
const STEADY = cell(
  'trio',
  ...['one', 'two', 'three'].map((id) => container(id, STAY, { restartPolicy: 'always' })),
);
const CONTAINERS = ['one', 'two', 'three'].map((one) => ({ cell: 'trio', container: one }));

let lab: Lab;
let nothing: Footprint;

async function statusOf(place: CellPlace): Promise<NodeStatus | undefined> {
  await using client = connectCapsule(lab.host);
  const { node } = await client.cell.get({ place: { ...HOME, ...place } });
  return node.case === undefined ? undefined : node.value.status;
}

/** Resolves with the status of the cell in this state, whatever its containers do. */
function reached(name: string, state: NodeState): Promise<NodeStatus> {
  return until(`${name} in state ${state}`, 60_000, async () => {
    const status = await statusOf({ cell: name });
    return status?.state === state && status;
  });
}

async function act(verb: 'start' | 'stop' | 'pause' | 'unpause', name: string): Promise<void> {
  await using client = connectCapsule(lab.host);
  await client.cell[verb]({ place: { ...HOME, cell: name } });
}

/** A request that a kill of capsuled may cut off is made again. */
async function amidKill(seed: number, request: () => Promise<unknown>): Promise<void> {
  const first = request().catch((error: unknown) => {
    if (!isCapsuleError(error)) throw error;
  });
  await killAtRandom(lab, { seed, kills: 1 });
  await first;
  await lab.ready();
  await request();
}

const pids = () => Promise.all(CONTAINERS.map(async (one) => (await seeContainer(lab, one)).pid));

suite('faults of cells', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [busyboxRecipe] });
    // The image stays.
    await applyText(lab, TRIO);
    await untilCell(lab, { cell: 'trio' });
    await removeTree(lab, { ...HOME, cell: 'trio' });
    nothing = await footprint(lab);
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);

  test(
    'kills of capsuled amid create, stop, start and delete lose no request',
    BOUND,
    async (t) => {
      const seed = chooseSeed();
      t.diagnostic(`CAPSULE_TEST_SEED=${seed}`);
      for (const round of [1, 2]) {
        const at = seed + round;
        await amidKill(at, () => applyText(lab, STEADY));
        await untilCell(lab, { cell: 'trio' });
        await amidKill(at, () => act('stop', 'trio'));
        await untilCell(lab, { cell: 'trio' }, NodeState.STOPPED);
        await amidKill(at, () => act('start', 'trio'));
        await untilCell(lab, { cell: 'trio' });
        await amidKill(at, () => removeTree(lab, { ...HOME, cell: 'trio' }));
        assert.deepEqual(difference(nothing, await footprint(lab)), []);
      }
    },
  );

  test('kills of containerd and of a shim end at most what the shim held', BOUND, async () => {
    await applyText(
      lab,
      cell(
        'trio',
        container('one'),
        container('two', STAY, { restartPolicy: 'always' }),
        container('three'),
      ),
    );
    await untilCell(lab, { cell: 'trio' });
    const before = await pids();
    await lab.killContainerd();
    await untilCell(lab, { cell: 'trio' });
    assert.deepEqual(await pids(), before);
    const [, two] = before;
    await lab.exec(['sh', '-c', `kill -9 $(cut -d' ' -f4 /proc/${two}/stat)`]);
    await until('another run of two', 60_000, async () => {
      const status = await statusOf({ cell: 'trio', container: 'two' });
      return status?.state === NodeState.READY && status.pid !== two;
    });
    await untilCell(lab, { cell: 'trio' });
    const [one, , three] = await pids();
    assert.deepEqual([one, three], [before[0], before[2]]);
    await removeTree(lab, { ...HOME, cell: 'trio' });
  });

  const ends = [
    { name: 'well', script: 'exit 0', state: NodeState.STOPPED, exitCode: 0 },
    { name: 'badly', script: 'exit 3', state: NodeState.FAILED, exitCode: 3 },
    { name: 'killed', script: 'kill -9 $$', state: NodeState.FAILED, exitCode: 137 },
    { name: 'greedy', script: GREEDY, state: NodeState.FAILED, exitCode: 137 },
  ];
  for (const { name, script, state, exitCode } of ends) {
    test(`a root that ends takes its sibling along: ${name}`, BOUND, async () => {
      const resources = { memoryLimitBytes: 16 * MIB };
      // PID 1 of a container does not feel its own signal.
      const root = container('root', `${UNTIL_TOLD}; sh -c '${script}'; exit $?`, { resources });
      await applyText(lab, cell(name, root, container('side')));
      await untilCell(lab, { cell: name });
      await insideCell(lab, { cell: name, container: 'side' }, 'touch', '/dev/shm/go');
      const status = await reached(name, state);
      assert.equal(status.exitCode, exitCode);
      await until('the end of its sibling', 60_000, async () => {
        const side = await statusOf({ cell: name, container: 'side' });
        return side?.state === NodeState.STOPPED;
      });
      await removeTree(lab, { ...HOME, cell: name });
    });
  }

  test('a job that ends at once with 0 is stopped, not failed', BOUND, async () => {
    await applyText(lab, cell('job', container('job', 'exit 0')));
    const { reason } = await reached('job', NodeState.STOPPED);
    assert.equal(reason, 'Completed');
    await removeTree(lab, { ...HOME, cell: 'job' });
  });

  test('a pause survives a kill of capsuled with its reason', BOUND, async () => {
    await applyText(lab, TRIO);
    await untilCell(lab, { cell: 'trio' });
    await act('pause', 'trio');
    await lab.killCapsuled();
    await lab.ready();
    await untilCell(lab, { cell: 'trio' }, NodeState.PAUSED);
    assert.deepEqual((await statusOf({ cell: 'trio' }))?.pauseReasons, ['operator']);
    await act('unpause', 'trio');
    await untilCell(lab, { cell: 'trio' });
    await removeTree(lab, { ...HOME, cell: 'trio' });
  });

  test('a capsule that starts again starts what was not stopped', BOUND, async () => {
    for (const [name, restartPolicy] of [
      ['always', 'always'],
      ['unless', 'unless-stopped'],
      ['still', 'always'],
    ] as const) {
      await applyText(
        lab,
        cell(
          name,
          container('web', STAY, { restartPolicy }),
          container('side', STAY, { restartPolicy }),
        ),
      );
      await untilCell(lab, { cell: name });
    }
    await act('stop', 'still');
    await lab.restart();
    await untilCell(lab, { cell: 'always' });
    await untilCell(lab, { cell: 'unless' });
    await untilCell(lab, { cell: 'still' }, NodeState.STOPPED);
    for (const name of ['always', 'unless', 'still'])
      await removeTree(lab, { ...HOME, cell: name });
    assert.deepEqual(difference(nothing, await footprint(lab)), []);
  });
});
