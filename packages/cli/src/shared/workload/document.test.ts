import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReportedWorkload } from '@capsule/api/wire';
import { completeSpec, FIRST_STATUS, type WorkloadSpec } from '@capsule/core';
import { parseManifests } from '@capsule/core/manifest';
import { workloadDocument } from './document.ts';

const BIND = { source: '/srv/a', target: '/a', readOnly: false };

function readBack(change: Partial<WorkloadSpec>) {
  const spec = completeSpec({ name: 'web', image: 'nginx', ...change });
  const rest = { uid: 'u', generation: 1, createdAt: 0, desired: 'running', status: FIRST_STATUS };
  const document = workloadDocument({ spec, ...rest } as unknown as ReportedWorkload);
  const [manifest] = parseManifests(JSON.stringify(document), 'web.json');
  return { spec, manifest };
}

test('fields that the flat form does not have are not lost: a document of v1beta1 has them', () => {
  const changes: readonly Partial<WorkloadSpec>[] = [
    { aliases: ['front'] },
    { securityOpts: ['seccomp=unconfined'] },
    { restartBackoffSeconds: 2 },
    { restartPolicy: 'onFailure', restartMaxRetries: 2 },
    { resources: { cpuShares: 512 } },
    { hostBindPaths: [{ ...BIND, ensure: true }] },
    { tmpfs: [{ mountPath: '/t', options: ['noexec'] }] },
  ];
  for (const change of changes) {
    const { spec, manifest } = readBack(change);
    assert.ok(manifest?.kind === 'container');
    assert.deepEqual(manifest.spec.spec, spec);
  }
});

test('a workload without such a field is printed in the flat form', () => {
  const { spec, manifest } = readBack({ hostBindPaths: [BIND] });
  assert.ok(manifest?.kind === 'workload');
  assert.deepEqual(manifest.spec, spec);
});
