import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeSpec } from '@capsule/core';
import { type CopyUse, checkCopyPlace } from './check-copy-place.ts';

const spec = completeSpec({
  name: 'db',
  image: 'postgres',
  mounts: [{ volumeName: 'data', mountPath: '/var/lib/data/', readOnly: false, copyUp: true }],
  tmpfs: [{ mountPath: '/cache' }],
  hostBindPaths: [{ source: '/etc/hosts', target: '/bound', readOnly: true }],
});

const copy = (path: string, use: CopyUse, task: 'running' | 'paused' | 'stopped' = 'stopped') =>
  checkCopyPlace(spec, { path, use }, { task });
const REFUSED = { code: 'WORKLOAD_COPY_NEEDS_RUN' };

test('a copy to or from what a stopped workload mounts is refused', () => {
  for (const path of [
    '/var/lib/data',
    '/var/lib/data/dump',
    '//var/./lib/x/../data/.',
    '/cache/x',
    '/bound',
  ]) {
    for (const use of ['reads', 'writes'] as const) {
      assert.throws(() => copy(path, use), REFUSED, path);
      assert.throws(() => checkCopyPlace(spec, { path, use }, undefined), REFUSED, path);
      copy(path, use, 'running');
      copy(path, use, 'paused');
    }
  }
});

test('a copy of a folder with such a mount in it is refused', () => {
  for (const path of ['/', '/.', '/var', '/var/lib/.']) {
    assert.throws(() => copy(path, 'reads'), REFUSED, path);
    copy(path, 'writes');
  }
});

test('all other places of a stopped workload are reached', () => {
  for (const path of ['/etc', '/etc/passwd', '/var/lib/database', '/cached']) {
    copy(path, 'reads');
    copy(path, 'writes');
  }
});
