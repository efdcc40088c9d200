import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestWord } from './nearest-word.ts';

const KEYS = ['image', 'command', 'args', 'env', 'networkMode', 'ports'];

test('a slip of the keyboard finds its word', () => {
  assert.equal(nearestWord('comand', KEYS), 'command');
  assert.equal(nearestWord('commnad', KEYS), 'command');
  assert.equal(nearestWord('network_mod', KEYS), 'networkMode');
  assert.equal(nearestWord('IMAGE', KEYS), 'image');
  assert.equal(nearestWord('evn', KEYS), 'env');
});

test('a shortened word finds the only one that begins nearly as it does', () => {
  const keys = [...KEYS, 'readOnlyRootFilesystem', 'terminationGraceSeconds'];
  assert.equal(nearestWord('readOnlyRootfs', keys), 'readOnlyRootFilesystem');
  assert.equal(nearestWord('terminationGrace', keys), 'terminationGraceSeconds');
  assert.equal(nearestWord('readOnly', keys), 'readOnlyRootFilesystem');
  assert.equal(nearestWord('readOnlyRootfs', [...keys, 'readOnlyRootFilesystemMode']), undefined);
  assert.equal(nearestWord('ports-of-everything', keys), undefined);
});

test('a word that is far from all finds none', () => {
  assert.equal(nearestWord('replicas', KEYS), undefined);
  assert.equal(nearestWord('x'.repeat(1_000_000), KEYS), undefined);
  assert.equal(nearestWord('image', []), undefined);
});
