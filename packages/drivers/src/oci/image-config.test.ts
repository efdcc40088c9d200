import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { configProblem, readImageConfig } from './image-config.ts';

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

test('a field that is missing, null or of a wrong type counts as absent', () => {
  const empty = readImageConfig({});
  assert.equal(empty.workingDir, '/');
  assert.deepEqual(readImageConfig({ config: null, rootfs: 7 }), empty);
  assert.deepEqual(readImageConfig({ config: { Cmd: null, Env: {}, User: 5 } }), empty);
  fc.assert(fc.property(fc.jsonValue(), (value) => void readImageConfig(value)));
});

test('a command that is a text is one word', () => {
  const { entrypoint, cmd } = readImageConfig({ config: { Entrypoint: '/run me', Cmd: '' } });
  assert.deepEqual([entrypoint, cmd], [['/run me'], []]);
});

test('a field of a wrong type is a problem that names it, and nothing else is one', () => {
  const problemOf = (config: unknown) => configProblem({ config });
  const RIGHT = [{}, null, { Entrypoint: null, Cmd: ['a'], Env: null, User: '' }, { Cmd: 'a b' }];
  for (const config of RIGHT) assert.equal(problemOf(config), undefined);
  for (const name of ['Entrypoint', 'Cmd', 'Env']) {
    for (const value of [7, {}, ['a', 1], [null], true]) {
      assert.match(
        problemOf({ [name]: value }) ?? '',
        new RegExp(`its ${name} is of a wrong type`),
      );
    }
  }
  for (const name of ['User', 'WorkingDir', 'StopSignal']) {
    assert.match(problemOf({ [name]: 5 }) ?? '', new RegExp(`its ${name} is of a wrong type: 5`));
  }
  assert.match(problemOf({ Env: 'A=b' }) ?? '', /its Env/);
  assert.match(problemOf('text') ?? '', /is not a JSON object/);
  fc.assert(fc.property(fc.jsonValue(), (value) => void configProblem(value)));
});
