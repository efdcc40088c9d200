import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findImports } from './find-imports.ts';

test('every way to name a module is found, with its line', () => {
  const source = [
    "import a, { b } from 'x';",
    "import type { T } from './t.ts';",
    "import * as all from '@capsule/core';",
    "import 'side-effect';",
    'export {',
    '  c,',
    "} from './c.ts';",
    "export type * from './types.ts';",
    "const late = await import('./late.ts');",
  ].join('\n');
  const found = findImports(source).map(({ specifier, line, when }) => [specifier, line, when]);
  assert.deepEqual(found, [
    ['x', 1, 'start'],
    ['./t.ts', 2, 'type'],
    ['@capsule/core', 3, 'start'],
    ['side-effect', 4, 'start'],
    ['./c.ts', 5, 'start'],
    ['./types.ts', 8, 'type'],
    ['./late.ts', 9, 'late'],
  ]);
});

test('texts and declarations that look a little like imports are none', () => {
  const source = [
    "export const from = 'x';",
    "export function important(): string { return 'y'; }",
    "export type Word = 'from' | 'import';",
    "  // import z from 'z'",
  ].join('\n');
  assert.deepEqual(findImports(source), []);
});
