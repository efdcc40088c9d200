import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostBind } from '@capsule/core';
import { packSpec } from '../client/pack.ts';
import { readEnsuredSources, withEnsuredSources } from './ensure-sources.ts';

const bind = (source: string, ensure: boolean): HostBind => {
  return { source, target: '/data', readOnly: false, ...(ensure && { ensure }) };
};

test('a start reads the sources to make from the specification that containerd keeps', () => {
  const hostBindPaths = [bind('/srv/new', true), bind('/srv/old', false)];
  const spec = withEnsuredSources({ hostname: 'web' }, { hostBindPaths });
  assert.deepEqual(readEnsuredSources(packSpec(spec).value), ['/srv/new']);
});

test('where none is to be made, the specification stays as it is', () => {
  const spec = { hostname: 'web' };
  assert.equal(withEnsuredSources(spec, { hostBindPaths: [bind('/srv/old', false)] }), spec);
  assert.deepEqual(readEnsuredSources(packSpec(spec).value), []);
  assert.deepEqual(readEnsuredSources(undefined), []);
});
