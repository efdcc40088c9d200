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

test('a word that is far from all finds none', () => {
  assert.equal(nearestWord('replicas', KEYS), undefined);
  assert.equal(nearestWord('x'.repeat(1_000_000), KEYS), undefined);
  assert.equal(nearestWord('image', []), undefined);
});
