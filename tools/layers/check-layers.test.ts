import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCycles } from './find-cycles.ts';
import { importProblems } from './import-problems.ts';
import { manifest, tree } from './testing/tree.ts';
import type { Workspace } from './workspace.ts';

test('imports that the table allows and that are declared are no problem', async (t) => {
  const workspace = await tree(t, {
    'packages/core/package.json': manifest('zod'),
    'packages/core/src/a.ts': "import { z } from 'zod';\nimport { b } from './b.ts';\n",
    'packages/core/src/b.ts': 'export const b = 1;\n',
    'packages/api/package.json': manifest('@capsule/core'),
    'packages/api/src/server/a.ts': "import { a } from '@capsule/core';\nimport 'node:fs';\n",
  });
  assert.deepEqual(problems(workspace), []);
});

test('an import of a package that the table does not allow is refused', async (t) => {
  const workspace = await tree(t, {
    'packages/host/package.json': manifest('@capsule/drivers'),
    'packages/host/src/a.ts': "\nimport type { D } from '@capsule/drivers';\n",
  });
  assert.deepEqual(problems(workspace), ['packages/host/src/a.ts:2: host may not use drivers']);
});

test('drivers are imported by the composition root of the daemon alone', async (t) => {
  const workspace = await tree(t, {
    'packages/daemon/package.json': manifest('@capsule/drivers'),
    'packages/daemon/src/system/network.ts': "import { d } from '@capsule/drivers';\n",
    'packages/daemon/src/volume/a.ts': "import { d } from '@capsule/drivers';\n",
  });
  assert.deepEqual(problems(workspace), [
    'packages/daemon/src/volume/a.ts:1: daemon may use drivers in src/system/ only',
  ]);
});

test('an undeclared dependency is refused, internal or external', async (t) => {
  const workspace = await tree(t, {
    'packages/api/package.json': manifest(),
    'packages/api/src/a.ts': "import { a } from '@capsule/core';\nimport b from '@scope/b/sub';\n",
  });
  assert.deepEqual(problems(workspace), [
    'packages/api/src/a.ts:1: @capsule/core is not among the dependencies of packages/api',
    'packages/api/src/a.ts:2: @scope/b is not among the dependencies of packages/api',
  ]);
});

test('a relative path that leaves its package is refused', async (t) => {
  const workspace = await tree(t, {
    'packages/api/package.json': manifest(),
    'packages/api/src/a.ts': "import { x } from '../../core/src/x.ts';\n",
    'tools/t.ts': "import { x } from '../packages/core/src/x.ts';\n",
  });
  assert.deepEqual(problems(workspace), [
    'packages/api/src/a.ts:1: ../../core/src/x.ts leaves packages/api: import the package by its name',
    'tools/t.ts:1: ../packages/core/src/x.ts leaves tools: import the package by its name',
  ]);
});

test('the tests of a package may use what the table allows to them, the code beside them may not', async (t) => {
  const source = "import { d } from '@capsule/drivers';\n";
  const workspace = await tree(t, {
    'packages/names/package.json': manifest('@capsule/drivers'),
    'packages/names/src/a.test.ts': source,
    'packages/names/src/a.ts': source,
  });
  assert.deepEqual(problems(workspace), ['packages/names/src/a.ts:1: names may not use drivers']);
});

test('core stays free of Node, its tests need not', async (t) => {
  const workspace = await tree(t, {
    'packages/core/package.json': manifest(),
    'packages/core/src/a.ts': "import { join } from 'node:path';\n",
    'packages/core/src/a.test.ts': "import { test } from 'node:test';\n",
  });
  assert.deepEqual(problems(workspace), [
    'packages/core/src/a.ts:1: node:path: core also runs in a browser',
  ]);
});

test('tests may use the testkit and what the root declares, the code beside them may not', async (t) => {
  const source = "import { f } from '@capsule/testkit';\nimport fc from 'fast-check';\n";
  const workspace = await tree(t, {
    'packages/engine/package.json': manifest(),
    'packages/engine/src/a.test.ts': source,
    'packages/engine/src/a.ts': source,
  });
  assert.deepEqual(problems(workspace), [
    'packages/engine/src/a.ts:1: engine may not use testkit',
    'packages/engine/src/a.ts:1: @capsule/testkit is not among the dependencies of packages/engine',
    'packages/engine/src/a.ts:2: fast-check is not among the dependencies of packages/engine',
  ]);
});

test('an import cycle inside a package is found', async (t) => {
  const workspace = await tree(t, {
    'packages/core/src/a.ts': "import { b } from './b.ts';\n",
    'packages/core/src/b.ts': "import { c } from './c.ts';\n",
    'packages/core/src/c.ts': "export { a } from './a.ts';\n",
    'packages/core/src/d.ts': "import { a } from './a.ts';\n",
  });
  assert.deepEqual(findCycles(workspace), [
    [
      'packages/core/src/a.ts',
      'packages/core/src/b.ts',
      'packages/core/src/c.ts',
      'packages/core/src/a.ts',
    ],
  ]);
});

for (const [what, back] of [
  ['types alone', "import type { A } from './a.ts';"],
  ['a type within an import', "import { type A } from './a.ts';"],
  ['a type named in place', "export type B = import('./a.ts').A;"],
  ['a late import', "const a = () => import('./a.ts');"],
]) {
  test(`an import cycle through ${what} is found`, async (t) => {
    const workspace = await tree(t, {
      'packages/core/src/a.ts': "import { b } from './b.ts';\n",
      'packages/core/src/b.ts': `${back}\n`,
    });
    assert.deepEqual(findCycles(workspace), [
      ['packages/core/src/a.ts', 'packages/core/src/b.ts', 'packages/core/src/a.ts'],
    ]);
  });
}

test('an import cycle across packages is found, also through an exported path', async (t) => {
  const workspace = await tree(t, {
    'packages/core/package.json': exporting({ '.': './src/index.ts' }),
    'packages/core/src/index.ts': "export * from '@capsule/api/wire';\n",
    'packages/api/package.json': exporting({ './wire': './src/wire/index.ts' }),
    'packages/api/src/wire/index.ts': "export * from '@capsule/core';\n",
  });
  assert.deepEqual(findCycles(workspace), [
    [
      'packages/api/src/wire/index.ts',
      'packages/core/src/index.ts',
      'packages/api/src/wire/index.ts',
    ],
  ]);
});

function problems(workspace: Workspace): string[] {
  return workspace.files.flatMap((file) => importProblems(file, workspace));
}

function exporting(exports: Readonly<Record<string, string>>): string {
  return JSON.stringify({ exports });
}
