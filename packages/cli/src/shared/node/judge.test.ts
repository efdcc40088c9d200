import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReportedCell, ReportedContainer, ReportedNode } from '@capsule/api/wire';
import { completeSpec, type NodeStatus } from '@capsule/core';
import { judgeNode } from './judge.ts';

const SHOP = { realm: 'main', space: 'default', stack: 'default', cell: 'shop' };
const READY: NodeStatus = {
  state: 'ready',
  reason: 'Running',
  message: 'running',
  ready: true,
  restartCount: 0,
  pauseReasons: [],
  observedGeneration: 4,
  observedRun: 1,
};

function container(name: string, run: number, change: Partial<NodeStatus> = {}): ReportedContainer {
  return {
    ref: { cell: SHOP, container: name },
    spec: completeSpec({ name, image: 'nginx' }),
    isRoot: name === 'web',
    status: { ...READY, observedRun: run, ...change },
    // All containers of a cell have its UID.
    uid: 'shop',
    generation: 4,
    createdAt: 0,
    desired: 'running',
    containerdId: name,
    run,
  };
}

function cell(...containers: readonly ReportedContainer[]): ReportedNode {
  const shared = { id: SHOP, labels: {}, isolation: 'container', desired: 'running' } as const;
  const reported: ReportedCell = {
    ...shared,
    containers,
    status: READY,
    uid: 'shop',
    generation: 4,
    createdAt: 0,
  };
  return { level: 'cell', cell: reported };
}

test('each container of a cell is compared with its own earlier state', () => {
  const first = cell(container('web', 2), container('side', 1));
  assert.equal(judgeNode(cell(container('web', 2), container('side', 1)), first), 'ready');
  const late = cell(container('web', 2, { observedRun: 1 }), container('side', 1));
  assert.equal(judgeNode(late, first), 'waiting');
});

test('a wait ends where a container would start beside a root that is paused', () => {
  const paused = container('web', 1, { state: 'paused', reason: 'Paused' });
  const first = cell(paused, container('side', 1));
  const due = container('side', 1, { state: 'pending', observedRun: 0 });
  assert.equal(judgeNode(cell(paused, due), first), 'failed');
  const held = container('side', 1, { state: 'paused', reason: 'Paused' });
  assert.equal(judgeNode(cell(paused, held), first), 'ready');
});

test('a container that came after the answer is compared with itself', () => {
  const first = cell(container('web', 2));
  assert.equal(judgeNode(cell(container('web', 2), container('new', 1)), first), 'ready');
});
