import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CellRecord,
  cellFromWorkload,
  completeSpec,
  type PartialSpec,
  refOfWorkload,
} from '@capsule/core';
import type { Caller } from '../../identity/caller.ts';
import { requireAllHostAccess } from './require-host-access.ts';

const OPERATOR: Caller = {
  kind: 'key',
  kid: 'k',
  name: 'laptop',
  role: 'operator',
  hasHostAccess: false,
  from: '10.0.0.1',
};
const DENIED = { code: 'AUTH_HOST_ACCESS_MISSING', kind: 'denied' };
const HOST = { networkMode: 'host' } as const;

const specOf = (name: string, spec: Partial<PartialSpec> = {}) =>
  completeSpec({ name, image: 'nginx', ...spec });
const container = (name: string, cell: string, spec: Partial<PartialSpec> = {}) => ({
  ref: { ...refOfWorkload(cell), container: name },
  spec: specOf(name, spec),
});
const cell = (id: string, ...containers: ReturnType<typeof container>[]) => ({
  cell: { id: refOfWorkload(id).cell, labels: {}, containers },
});

function stored(name: string, spec: Partial<PartialSpec>): CellRecord {
  const rest = { uid: 'u', generation: 1, desired: 'running', createdAt: 0 } as const;
  const record = { ref: refOfWorkload(name), role: 'root', revision: 1, run: 0, ...rest } as const;
  return cellFromWorkload({ ...record, spec: specOf(name, spec) });
}

type Desired = ReturnType<typeof cell> | { readonly container: ReturnType<typeof container> };

function check(cells: readonly Desired[], known?: CellRecord, caller: Caller = OPERATOR) {
  const read = { workloads: [], cells: cells.map((desired) => ({ desired })) };
  requireAllHostAccess(caller, read, () => known);
}

test('a flat workload, a container of a cell, and one on its own need the right of host access', () => {
  const reaching = { privileged: true };
  const workload = { desired: { spec: specOf('web', reaching), desired: 'running' as const } };
  assert.throws(
    () => requireAllHostAccess(OPERATOR, { workloads: [workload], cells: [] }, () => undefined),
    DENIED,
  );
  const sibling = container('helper', 'web', reaching);
  assert.throws(() => check([cell('web', container('web', 'web'), sibling)]), DENIED);
  assert.throws(() => check([{ container: sibling }]), DENIED);
  check([cell('web', container('web', 'web'))]);
});

test('the network of a declared cell counts for each of its containers', () => {
  assert.throws(() => check([cell('web', container('web', 'web', HOST))]), DENIED);
});

test('a container that joins a stored cell on the network of the host needs the right, too', () => {
  const joining = { container: container('helper', 'web') };
  assert.throws(() => check([joining], stored('web', HOST)), DENIED);
  check([joining], stored('web', {}));
  check([joining], stored('web', HOST), { ...OPERATOR, hasHostAccess: true });
  check([joining], stored('web', HOST), { kind: 'local' });
});
