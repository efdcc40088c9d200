import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPathBelow, plainPath } from './plain-path.ts';

test('a path has one spelling', () => {
  const spellings = ['/a/b', '/a/b/', '//a//b', '/./a/./b/.'];
  assert.deepEqual(new Set(spellings.map(plainPath)), new Set(['/a/b']));
  assert.equal(plainPath('/'), '/');
  assert.equal(plainPath('//.'), '/');
  assert.equal(plainPath('/a/.b/..'), '/a/.b/..');
});

test('a folder holds itself, and no sibling whose name begins like its own', () => {
  assert.ok(isPathBelow('/a/b', '/a'));
  assert.ok(isPathBelow('/a', '/a'));
  assert.ok(isPathBelow('/a', '/'));
  assert.equal(isPathBelow('/ab', '/a'), false);
});
