import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PermProblem } from './perm-problem.ts';
import { type MachineParts, prepareMachine } from './prepare-machine.ts';
import type { Storage } from './prepare-storage.ts';

const folder = await mkdtemp(join(tmpdir(), 'capsule-prepare-'));
after(() => rm(folder, { recursive: true }));

const STORAGE: Storage = {
  disk: { name: 'vda', devices: { esp: '', slot_a: '', slot_b: '', perm: '' } },
  perm: { device: '', guid: '', mountPoint: '', onStep: () => undefined },
};

async function prepare(more: Partial<MachineParts>) {
  const done: string[] = [];
  const problem = new PermProblem(join(folder, 'run/capsule/perm-problem'));
  const failures = await prepareMachine({
    storage: async () => STORAGE,
    report: async () => void done.push('report'),
    perm: async () => {
      assert.notEqual(problem.read(), undefined);
      done.push('perm');
    },
    problem,
    ...more,
  });
  return { done, failures: failures.map(String), problem: problem.read() };
}

const fail = (text: string) => async () => {
  throw new Error(text);
};

test('a prepared disk leaves no problem', async () => {
  const { done, ...rest } = await prepare({});
  assert.deepEqual(done.sort(), ['perm', 'report']);
  assert.deepEqual(rest, { failures: [], problem: undefined });
});

test('a machine without /perm keeps the reason, and still reports its slots', async () => {
  assert.deepEqual(await prepare({ perm: fail('it contains ZFS') }), {
    done: ['report'],
    failures: ['Error: it contains ZFS'],
    problem: 'it contains ZFS',
  });
});

test('a machine without its ESP still has its data', async () => {
  assert.deepEqual(await prepare({ report: fail('no FAT') }), {
    done: ['perm'],
    failures: ['Error: no FAT'],
    problem: undefined,
  });
});

test('a machine without a table keeps the reason', async () => {
  assert.deepEqual(await prepare({ storage: fail('no table') }), {
    done: [],
    failures: ['Error: no table'],
    problem: 'no table',
  });
});
