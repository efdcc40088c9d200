import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeCommand } from './command.ts';

const image = { imageEntrypoint: ['entry'], imageCmd: ['cmd'] };

test('without command and args, entrypoint and cmd of the image run', () => {
  assert.deepEqual(describeCommand({ ...image, command: [], args: [] }), ['entry', 'cmd']);
});

test('args alone replace the cmd', () => {
  assert.deepEqual(describeCommand({ ...image, command: [], args: ['a'] }), ['entry', 'a']);
});

test('a command drops both, because the cmd belongs to the entrypoint', () => {
  assert.deepEqual(describeCommand({ ...image, command: ['c'], args: [] }), ['c']);
  assert.deepEqual(describeCommand({ ...image, command: ['c'], args: ['a'] }), ['c', 'a']);
});

test('an image without either has nothing to run', () => {
  const none = { imageEntrypoint: [], imageCmd: [] };
  assert.deepEqual(describeCommand({ ...none, command: [], args: [] }), []);
});
