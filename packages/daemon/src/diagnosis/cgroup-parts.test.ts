import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CgroupSeen, CgroupsSeen } from '@capsule/core';
import { cgroupParts } from './cgroup-parts.ts';
import { Diagnosis } from './diagnosis.ts';

const ALL = ['cpu', 'memory', 'pids', 'io'];

function cgroup(path: string, seen: Partial<CgroupSeen> = {}): CgroupSeen {
  return {
    path,
    controllers: ALL,
    delegated: ALL,
    isThreaded: false,
    hasChildren: true,
    pids: [],
    ...seen,
  };
}

async function check(seen: CgroupsSeen) {
  const diagnosis = new Diagnosis(() => cgroupParts({ inspect: async () => seen }));
  const checks = await diagnosis.run([], new AbortController().signal);
  return Object.fromEntries(
    checks.map(({ name, level, detail }) => [name, `${level}: ${detail}`] as const),
  );
}

test('a hierarchy that passes everything on is fine, and processes in the root are no fault', async () => {
  const inner = [cgroup('/', { pids: [1] }), cgroup('/kukeon'), cgroup('/kukeon/main')];
  const found = await check({ isUnified: true, controllers: ALL, inner });
  assert.match(
    found['delegation'] ?? '',
    /^ok: cpu, memory, pids, io in all 3 cgroups that hold others$/,
  );
  assert.ok(Object.values(found).every((one) => one.startsWith('ok: ')));
});

test('each gap, process in an inner node and threaded cgroup is named', async () => {
  const inner = [
    cgroup('/'),
    cgroup('/kukeon', { delegated: ['cpu', 'memory'] }),
    cgroup('/kukeon/main', { pids: [7, 8], isThreaded: true }),
  ];
  const found = await check({ isUnified: true, controllers: ALL, inner });
  assert.equal(found['delegation'], 'fail: not delegated: /kukeon (pids, io)');
  assert.equal(found['inner nodes'], 'fail: processes in inner nodes: /kukeon/main (pid 7, 8)');
  assert.equal(found['threads'], 'fail: threaded: /kukeon/main');
});

test('a cgroup that holds no others need not pass anything on, and may hold processes', async () => {
  const leaf = cgroup('/kukeon/stray', { delegated: [], hasChildren: false, pids: [7] });
  const found = await check({ isUnified: true, controllers: ALL, inner: [cgroup('/'), leaf] });
  assert.ok(Object.values(found).every((one) => one.startsWith('ok: ')));
});

test('a controller that the machine lacks is no gap of the hierarchy', async () => {
  const inner = [cgroup('/', { delegated: ['cpu', 'memory', 'pids'] })];
  const found = await check({ isUnified: true, controllers: ['cpu', 'memory', 'pids'], inner });
  assert.match(found['controllers'] ?? '', /^warn: .* io$/);
  assert.match(found['delegation'] ?? '', /^ok: /);
});

test('v1 delegates nothing', async () => {
  const found = await check({ isUnified: false, controllers: ALL, inner: [] });
  assert.ok(Object.values(found).every((one) => one.startsWith('ok: ')));
});
