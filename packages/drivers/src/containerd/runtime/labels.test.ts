import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refOfWorkload } from '@capsule/core';
import {
  type ContainerLabels,
  ENDED_LABEL,
  RESOURCES_LABEL,
  readLabels,
  writeLabels,
} from './labels.ts';

const LABELS: ContainerLabels = {
  ref: refOfWorkload('web'),
  role: 'root',
  revision: '1',
  imageDigest: 'sha256:1',
  parent: '',
  stopSignal: '',
  logPath: '/log',
  resources: { pids: 5 },
};

test('a label that another client of containerd has broken counts as absent', () => {
  const broken = { ...writeLabels(LABELS), [RESOURCES_LABEL]: '{"pids"', [ENDED_LABEL]: 'x' };
  assert.deepEqual(readLabels(broken, 'main'), { ...LABELS, resources: {} });
  assert.deepEqual(readLabels(writeLabels(LABELS), 'main'), LABELS);
});

test('a container of another realm is not of this one', () => {
  assert.equal(readLabels(writeLabels(LABELS), 'team'), undefined);
});
