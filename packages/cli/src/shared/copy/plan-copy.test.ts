import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCapsuleError } from '@capsule/core';
import { type CopySides, planCopy } from './plan-copy.ts';

const RULES: readonly (readonly [CopySides, { folder: string; rename: string } | string])[] = [
  [
    { source: '/a/f', sourceIs: 'file', target: '/t', targetIs: 'nothing' },
    { folder: '/', rename: 't' },
  ],
  [{ source: '/a/f', sourceIs: 'file', target: '/t/', targetIs: 'nothing' }, 'COPY_TARGET_MISSING'],
  [
    { source: '/a/f', sourceIs: 'file', target: 't/g', targetIs: 'file' },
    { folder: 't', rename: 'g' },
  ],
  [
    { source: '/a/f', sourceIs: 'file', target: '/t', targetIs: 'folder' },
    { folder: '/t', rename: 'f' },
  ],
  [
    { source: '/a/d', sourceIs: 'folder', target: '/t', targetIs: 'nothing' },
    { folder: '/', rename: 't' },
  ],
  [
    { source: '/a/d/.', sourceIs: 'folder', target: '/t/', targetIs: 'nothing' },
    { folder: '/', rename: 't' },
  ],
  [{ source: '/a/d', sourceIs: 'folder', target: '/t', targetIs: 'file' }, 'COPY_NOT_A_FOLDER'],
  [
    { source: 'd', sourceIs: 'folder', target: '/t/', targetIs: 'folder' },
    { folder: '/t/', rename: 'd' },
  ],
  [
    { source: 'd/', sourceIs: 'folder', target: '.', targetIs: 'folder' },
    { folder: '.', rename: 'd' },
  ],
  [
    { source: 'd/.', sourceIs: 'folder', target: '/t', targetIs: 'folder' },
    { folder: '/t', rename: '' },
  ],
  [
    { source: '/', sourceIs: 'folder', target: '/t', targetIs: 'folder' },
    { folder: '/t', rename: '' },
  ],
  [
    { source: 'd/./', sourceIs: 'folder', target: '/t', targetIs: 'folder' },
    { folder: '/t', rename: '' },
  ],
  [
    { source: '/f/', sourceIs: 'file', target: '/t', targetIs: 'folder' },
    'COPY_SOURCE_NOT_A_FOLDER',
  ],
  [
    { source: '/f/.', sourceIs: 'file', target: '/t', targetIs: 'folder' },
    'COPY_SOURCE_NOT_A_FOLDER',
  ],
  [{ source: '/f', sourceIs: 'file', target: '/t/.', targetIs: 'file' }, 'COPY_NOT_A_FOLDER'],
  [
    { source: 'f', sourceIs: 'file', target: '/dev/null', targetIs: 'special' },
    'COPY_TARGET_SPECIAL',
  ],
  [
    { source: 'd', sourceIs: 'folder', target: '/dev/null', targetIs: 'special' },
    'COPY_TARGET_SPECIAL',
  ],
  [{ source: 'p', sourceIs: 'special', target: 't/', targetIs: 'nothing' }, 'COPY_TARGET_MISSING'],
  [
    { source: 'd', sourceIs: 'folder', target: 'no/..', targetIs: 'nothing' },
    'COPY_TARGET_MISSING',
  ],
];

for (const [sides, expected] of RULES) {
  const { source, sourceIs, target, targetIs } = sides;
  test(`${sourceIs} ${source} to ${target}, where there is ${targetIs}`, () => {
    if (typeof expected !== 'string') assert.deepEqual(planCopy(sides), expected);
    else {
      const hasCode = (error: unknown) => isCapsuleError(error) && error.code === expected;
      assert.throws(() => planCopy(sides), hasCode);
    }
  });
}
