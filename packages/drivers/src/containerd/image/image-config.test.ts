import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readImageConfig } from './image-config.ts';

test('a configuration is read, and a relative working directory starts at the root', () => {
  const config = readImageConfig({
    config: {
      Entrypoint: ['e'],
      Cmd: ['c'],
      Env: ['A=b'],
      WorkingDir: 'srv',
      User: 'web',
      StopSignal: 'SIGQUIT',
    },
    rootfs: { type: 'layers', diff_ids: ['sha256:1'] },
  });
  assert.deepEqual(config, {
    entrypoint: ['e'],
    cmd: ['c'],
    env: ['A=b'],
    workingDir: '/srv',
    user: 'web',
    stopSignal: 'SIGQUIT',
    diffIds: ['sha256:1'],
  });
});

test('what is missing, null or of a wrong type counts as not written', () => {
  const empty = readImageConfig({});
  assert.equal(empty.workingDir, '/');
  assert.deepEqual(readImageConfig({ config: null, rootfs: 7 }), empty);
  assert.deepEqual(readImageConfig({ config: { Cmd: null, Env: {}, User: 5 } }), empty);
  fc.assert(fc.property(fc.jsonValue(), (value) => void readImageConfig(value)));
});
