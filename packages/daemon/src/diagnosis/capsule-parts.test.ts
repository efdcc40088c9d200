import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remedy } from '@capsule/core';
import type { CapsuleSeen } from '../capsule/observe.ts';
import { capsuleParts } from './capsule-parts.ts';
import { Diagnosis } from './diagnosis.ts';

const SEEN = {
  machine: { cgroup: 'v2', perm: { totalBytes: 100, usedBytes: 10 } },
  runtime: { ok: true, detail: 'containerd 2.1' },
  pool: { ok: true, detail: 'files in /perm/volumes' },
  problems: [],
} as unknown as CapsuleSeen;

async function check(seen: Partial<CapsuleSeen>, damage: readonly string[] = []) {
  const diagnosis = new Diagnosis(() =>
    capsuleParts({
      version: '1.2.3',
      startedAt: 1000,
      now: () => 8_000_000,
      permPath: '/perm',
      look: async () => ({ ...SEEN, ...seen }),
      checkStore: () => damage,
    }),
  );
  const checks = await diagnosis.run([], new AbortController().signal);
  return checks.map(({ section, name, level, detail }) => `${section} ${name} ${level}: ${detail}`);
}

test('a healthy capsule is fine in each section', async () => {
  assert.deepEqual(await check({}), [
    'capsule capsuled ok: version 1.2.3, up for 2h',
    'capsule store ok: every page and every index is intact',
    'containerd answer ok: containerd 2.1',
    'cgroups version ok: v2',
    'disk state ok: /perm is 10 % full',
    'disk pool ok: files in /perm/volumes',
  ]);
});

test('each known problem is in its section', async () => {
  const problem = (code: string) => ({ code, message: code, remedy: remedy`do something` });
  const codes = ['RUNTIME_UNAVAILABLE', 'DNS_PORT_TAKEN', 'VOLUME_POOL_LOW', 'HOST_FORWARDING'];
  const lines = await check({
    runtime: { ok: false, detail: 'away' },
    problems: codes.map(problem),
  });
  const known = new RegExp(`^\\w+ (?:${codes.join('|')}) `);
  assert.deepEqual(
    lines.filter((line) => known.test(line)),
    [
      'capsule HOST_FORWARDING warn: HOST_FORWARDING',
      'containerd RUNTIME_UNAVAILABLE fail: RUNTIME_UNAVAILABLE',
      'networks DNS_PORT_TAKEN fail: DNS_PORT_TAKEN',
      'disk VOLUME_POOL_LOW warn: VOLUME_POOL_LOW',
    ],
  );
  assert.ok(!lines.some((line) => / answer | pool /.test(line)));
});

test('a damaged store and a full disk are failures', async () => {
  const machine = { ...SEEN.machine, perm: { totalBytes: 100, usedBytes: 97 } };
  const lines = await check({ machine }, ['row 3 missing from index']);
  assert.ok(lines.includes('capsule store fail: the store is damaged: row 3 missing from index'));
  assert.ok(lines.includes('disk state fail: /perm is 97 % full'));
});
