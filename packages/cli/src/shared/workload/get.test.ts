import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  specFromProto,
  type Workload as WireWorkload,
  WorkloadChange,
  workloadToProto,
} from '@capsule/api/wire';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';
import { CREATED_AT, sampleWorkload } from '../../testing/sample-workload.ts';

const WEB = sampleWorkload({
  spec: {
    command: ['/bin/sh', '-c'],
    args: ['echo "1"; exec nginx\n'],
    env: { A: 'yes', B: '1.0' },
  },
});

test('the YAML or JSON of get is applied without a change', async () => {
  const applied: WireWorkload[] = [];
  await using capsule = await startFakeCapsule({
    workload: { get: () => workloadToProto(WEB) },
    manifest: {
      apply: ({ workloads }) => {
        applied.push(...workloads);
        const stored = { workload: workloadToProto(WEB), change: WorkloadChange.UNCHANGED };
        return { workloads: [stored] };
      },
    },
  });
  for (const format of ['yaml', 'json']) {
    const { stdout } = await runCapsulectl(['workload', 'get', 'web', '-o', format], capsule);
    const answer = await runCapsulectl(['apply', '-f', '-', '--no-wait'], {
      target: capsule.target,
      stdin: stdout,
    });
    assert.deepEqual(answer, { exitCode: 0, stdout: 'web unchanged\n', stderr: '' });
  }
  assert.deepEqual(applied.map(specFromProto), [WEB.spec, WEB.spec]);
});

test('a person gets facts line by line', async () => {
  await using capsule = await startFakeCapsule({ workload: { get: () => workloadToProto(WEB) } });
  const { stdout } = await runCapsulectl(['workload', 'get', 'web'], {
    target: capsule.target,
    now: () => CREATED_AT + 60_000,
  });
  assert.match(stdout, /^Name: +web$/m);
  assert.match(stdout, /^Status: +Running$/m);
  assert.match(stdout, /^Env: +A=yes\n +B=1\.0$/m);
  assert.match(stdout, /^Ports: +8080->80\/tcp$/m);
  assert.match(stdout, /^Created: +2026-01-01T12:00:00\.000Z \(60s ago\)$/m);
  assert.doesNotMatch(stdout, /Exit code|Next try/);
});

test('several names give several documents', async () => {
  await using capsule = await startFakeCapsule({
    workload: {
      get: ({ name }) => workloadToProto(sampleWorkload({ spec: { name } })),
    },
  });
  const { stdout } = await runCapsulectl(['workload', 'get', 'a', 'b', '-o', 'json'], capsule);
  assert.deepEqual(
    JSON.parse(stdout).map(({ name }: { name: string }) => name),
    ['a', 'b'],
  );
});
