import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CapsuleError, type CellRecord, CapsuleError as Failure } from '@capsule/core';
import { type CellsSeen, findSickness, type HealthParts, runningCells } from './sickness.ts';

const id = { realm: 'main', space: 'default', stack: 'default', cell: 'web' };
const KEY = 'main_default_default_web';
const fine = async () => ({ ok: true, detail: '' });

function cells(phase: string, desired = 'running'): CellsSeen {
  const record = { id, desired, containers: [{ ref: { cell: id, container: 'web' }, desired }] };
  return {
    list: () => [record as unknown as CellRecord],
    statusOf: () => ({ phase }) as ReturnType<CellsSeen['statusOf']>,
  };
}

const before = { cells: [KEY], hadAddress: true };

function find(more: Partial<HealthParts>, was = before) {
  const parts = {
    probeRuntime: fine,
    probeVolumes: fine,
    hasAddress: async () => true,
    cells: cells('running'),
    ...more,
  };
  return findSickness(parts, was, new AbortController().signal);
}

test('a system whose parts work and whose cells run again is healthy', async () => {
  assert.equal(await find({}), undefined);
  assert.equal(await find({ cells: cells('stopped') }), undefined);
  assert.equal(await find({ cells: cells('failed', 'stopped') }), undefined);
  assert.equal(await find({ cells: cells('failed') }, { ...before, cells: [] }), undefined);
});

test('each part that does not work is the reason', async () => {
  const down = (detail: string) => async () => ({ ok: false, detail });
  const store: CapsuleError = new Failure({
    code: 'STORE_X',
    kind: 'internal',
    message: 'no store',
  });
  assert.equal(await find({ cells: store }), 'no store');
  assert.equal(await find({ probeRuntime: down('no containerd') }), 'no containerd');
  assert.equal(await find({ probeVolumes: down('no pool') }), 'no pool');
  const hasAddress = async () => false;
  assert.match((await find({ hasAddress })) ?? '', /had an address before/);
  assert.equal(await find({ hasAddress }, { ...before, hadAddress: false }), undefined);
  assert.equal(await find({ cells: cells('failed') }), 'the cell web ran before and does not run');
  assert.equal(await find({ cells: cells('pending') }), 'the cell web ran before and does not run');
});

test('a cell counts as running while one of its containers runs', () => {
  assert.deepEqual(runningCells(cells('running')), [KEY]);
  assert.deepEqual(runningCells(cells('pending')), []);
});
