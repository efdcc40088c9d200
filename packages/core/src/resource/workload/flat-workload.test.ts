import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refOfWorkload } from '../cell/container-ref.ts';
import { completeSpec } from './complete-spec.ts';
import { cellFromWorkload, joinWorkload, splitWorkload, workloadOfCell } from './flat-workload.ts';
import type { WorkloadRecord } from './workload.ts';

const SPEC = completeSpec({
  name: 'web',
  image: 'nginx',
  kind: 'microVm',
  hostname: 'w',
  ports: [],
});
const RECORD: WorkloadRecord = {
  ref: refOfWorkload('web'),
  role: 'root',
  uid: 'u',
  generation: 3,
  desired: 'running',
  createdAt: 5,
  revision: 2,
  run: 1,
  stopGraceMs: 100,
  spec: SPEC,
};

test('a flat workload is a cell and a container, and these make the flat workload', () => {
  const { cell, container } = splitWorkload(SPEC);
  assert.deepEqual(joinWorkload('web', cell, container), SPEC);
  const both = Object.keys(cell).filter((field) => field in container);
  assert.deepEqual(both, []);
  assert.deepEqual(workloadOfCell(cellFromWorkload(RECORD)), RECORD);
});

test('only a cell of one container, which has the name and the place of a flat one, is a workload', () => {
  const cell = cellFromWorkload(RECORD);
  const [root] = cell.containers;
  assert.ok(root !== undefined);
  const side = { ...root, ref: { ...root.ref, container: 'side' } };
  assert.equal(workloadOfCell({ ...cell, containers: [root, side] }), undefined);
  assert.equal(workloadOfCell({ ...cell, containers: [side] }), undefined);
  assert.equal(workloadOfCell({ ...cell, containers: [] }), undefined);
  const id = { ...cell.id, space: 'other' };
  const elsewhere = { ...root, ref: { ...root.ref, cell: id } };
  assert.equal(workloadOfCell({ ...cell, id, containers: [elsewhere] }), undefined);
});
