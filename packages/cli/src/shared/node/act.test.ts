import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineErrors, nodeAction, placeOf, remedy } from '@capsule/core';
import { KUKE } from '../../kuke/program.ts';
import { type FakeServices, startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';
import { sampleCell, sampleContainer, wireCell, wireContainer } from '../../testing/sample-node.ts';

async function run(services: FakeServices, line: string, program = KUKE) {
  await using capsule = await startFakeCapsule(services);
  return await runCapsulectl(line.split(' '), { program, target: capsule.target });
}

const pending = { state: 'pending', reason: 'Accepted', ready: false, observedRun: 0 } as const;

/** A cell that is started: first without its run, then with this state of its root. */
function starting(root: Parameters<typeof sampleContainer>[1]): FakeServices {
  const first = sampleCell([], { containers: [sampleContainer('web', { status: pending })] });
  return {
    cell: {
      start: () => ({ changed: true, node: wireCell(first) }),
      async *watch() {
        yield { node: wireCell(first) };
        yield { synced: true };
        const containers = [sampleContainer('web', root)];
        yield { node: wireCell(sampleCell([], { containers, status: root?.status ?? {} })) };
      },
    },
    workload: {
      async *logs() {
        yield { data: Buffer.from('cannot open /data\n') };
      },
    },
  };
}

test('a start waits until all containers are ready', async () => {
  const { stdout, exitCode } = await run(starting({}), 'start web');
  assert.deepEqual({ stdout, exitCode }, { stdout: 'cell web started: Ready\n', exitCode: 0 });
});

test('a start of a cell that runs without one of its containers prints what it started', async () => {
  const containers = [sampleContainer('web'), sampleContainer('side')];
  const node = wireCell(sampleCell([], { containers }));
  const services: FakeServices = {
    cell: {
      start: () => ({ changed: true, node, started: ['side'] }),
      async *watch() {
        yield { node };
        yield { synced: true };
      },
    },
  };
  const { stdout, exitCode } = await run(services, 'start web');
  assert.deepEqual(
    { stdout, exitCode },
    { stdout: 'container web/side started: Ready\n', exitCode: 0 },
  );
});

test('a start that fails prints what the container printed last', async () => {
  const status = {
    state: 'failed',
    reason: 'Failed',
    message: 'exit code 1',
    ready: false,
  } as const;
  const { stderr, exitCode } = await run(starting({ status }), 'start cell web');
  assert.equal(exitCode, 1);
  assert.match(stderr, /^error: cell web did not stay up: exit code 1$/m);
  assert.match(stderr, /cannot open \/data/);
  assert.match(stderr, /fix: `kuke log container web --cell web` shows/);
});

test('a job that is done is a success', async () => {
  const status = { state: 'stopped', reason: 'Completed', exitCode: 0, ready: false } as const;
  assert.equal((await run(starting({ status }), 'start web')).exitCode, 0);
});

test('verbs say whether they changed something', async () => {
  const answer = (changed: boolean) => () => ({
    changed,
    node: wireContainer(sampleContainer('side')),
  });
  const services = { cell: { stop: answer(false), kill: answer(true), unpause: answer(false) } };
  const line = 'container side --cell web';
  assert.match(
    (await run(services, `stop ${line}`)).stdout,
    /^container web\/side was already stopped$/m,
  );
  assert.match((await run(services, `k ${line}`)).stdout, /^container web\/side killed$/m);
  assert.match(
    (await run(services, `unpause ${line}`)).stdout,
    /^container web\/side was not paused$/m,
  );
});

const fault = defineErrors('FAULT', {
  STOPPED: {
    kind: 'precondition',
    message: () => 'the cell is stopped',
    hint: remedy`start it with ${nodeAction('start', placeOf(['main', 'shop', 'default', 'web']))}`,
  },
});

test('each program names its own command for an action, with the flags that the place needs', async () => {
  const services: FakeServices = {
    cell: {
      start() {
        throw fault.STOPPED({});
      },
    },
  };
  const { stderr } = await run(services, 'start co side --cell web');
  assert.match(stderr, /fix: start it with `kuke start cell web --space shop`$/m);
});

test('a misspelt cell is answered with the one that was probably meant', async () => {
  const missing = defineErrors('CELL', {
    NOT_FOUND: {
      kind: 'notFound',
      message: (f: { level: string; place: string }) => `there is no ${f.level} ${f.place}`,
      hint: 'look at the list',
    },
  });
  const services: FakeServices = {
    cell: {
      stop() {
        throw missing.NOT_FOUND({ level: 'cell', place: 'webb' });
      },
      list: () => ({ nodes: [wireCell(sampleCell())] }),
    },
  };
  const { stderr, exitCode } = await run(services, 'stop webb');
  assert.equal(exitCode, 3);
  assert.match(stderr, /fix: did you mean web\?/);
});
