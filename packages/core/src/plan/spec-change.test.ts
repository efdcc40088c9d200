import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeSpec } from '../resource/complete-spec.ts';
import type { WorkloadSpec } from '../resource/workload.ts';
import { describeSpecChange, needsNewContainer } from './spec-change.ts';

const wish = (change: Partial<WorkloadSpec> = {}) =>
  completeSpec({ name: 'web', image: 'nginx', ...change });
const pathsOf = (before: WorkloadSpec | undefined, after: WorkloadSpec) =>
  describeSpecChange(before, after).map(({ path }) => path);

test('a new workload differs in what it says beside the defaults', () => {
  assert.deepEqual(pathsOf(undefined, wish({ env: { A: '1' } })), [
    'container.image',
    'container.env.A',
  ]);
});

test('the same wish differs in nothing, whatever the order of its keys', () => {
  assert.deepEqual(describeSpecChange(wish(), wish()), []);
  const before = wish({ env: { A: '1', B: '2' } });
  assert.deepEqual(describeSpecChange(before, wish({ env: { B: '2', A: '1' } })), []);
});

test('a change is named by its path, with both values', () => {
  const port = { containerPort: 80, hostPort: 8080, protocol: 'tcp' } as const;
  const before = wish({ ports: [port], env: { A: '1' }, command: ['a'] });
  const after = wish({ ports: [{ ...port, hostPort: 8081 }], env: { B: '' }, command: ['a', 'b'] });
  assert.deepEqual(describeSpecChange(before, after), [
    { path: 'container.command', before: ['a'], after: ['a', 'b'], recreates: true },
    { path: 'container.env.A', before: '1', recreates: true },
    { path: 'container.env.B', after: '', recreates: true },
    { path: 'container.ports[0].hostPort', before: 8080, after: 8081, recreates: false },
  ]);
});

test('labels, ports, limits and policies need no new container; an image does', () => {
  const inPlace = wish({
    labels: { app: 'web' },
    ports: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
    resources: { pids: 10 },
    restartPolicy: 'never',
    stopGraceSeconds: 1,
  });
  assert.equal(needsNewContainer(wish(), inPlace), false);
  assert.equal(needsNewContainer(wish(), wish({ image: 'redis' })), true);
});
