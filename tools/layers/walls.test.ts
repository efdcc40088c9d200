import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { folderProblems } from './folder-problems.ts';
import type { Folders } from './folders.ts';
import { importProblems } from './import-problems.ts';
import { manifest, tree } from './testing/tree.ts';
import { wallProblems } from './wall-problems.ts';

/** `box` and `vm` are drivers beside each other, `image` and `image/gen` are ground they share. */
const ROWS: Folders = {
  box: { uses: ['image'], tests: ['vm'] },
  vm: { uses: ['image', 'version.ts'] },
  image: { uses: ['image/gen'] },
  'image/gen': { uses: [] },
  'version.ts': { uses: [] },
};

test('imports that the rows allow pass, within a folder and to others', async (t) => {
  const problems = await inWalls(t, {
    'box/a.ts': "import { b } from './sub/b.ts';\nimport { i } from '../image/i.ts';\n",
    'box/sub/b.ts': "import 'node:fs';\n",
    'vm/v.ts': "import { VERSION } from '../version.ts';\n",
    'image/i.ts': "import { g } from './gen/g.ts';\n",
  });
  assert.deepEqual(problems, []);
});

for (const [what, statement] of [
  ['plain', "import { b } from '../box/b.ts';"],
  ['type-only', "import type { B } from '../box/b.ts';"],
  ['late', "const b = () => import('../box/b.ts');"],
  ['re-exporting', "export * from '../box/b.ts';"],
]) {
  test(`a ${what} import between separated folders is refused`, async (t) => {
    assert.deepEqual(await inWalls(t, { 'vm/v.ts': `\n${statement}\n` }), [
      'packages/drivers/src/vm/v.ts:2: vm may not use box',
    ]);
  });
}

test('a folder inside of another has a wall where it has a row of its own', async (t) => {
  const problems = await inWalls(t, {
    'box/a.ts': "import { g } from '../image/gen/g.ts';\n",
    'image/gen/g.ts': "import { i } from '../i.ts';\n",
  });
  assert.deepEqual(problems, [
    'packages/drivers/src/box/a.ts:1: box may not use image/gen',
    'packages/drivers/src/image/gen/g.ts:1: image/gen may not use image',
  ]);
});

test('a test may use what its row allows to tests, the code beside it may not', async (t) => {
  const source = "import { v } from '../vm/v.ts';\n";
  assert.deepEqual(await inWalls(t, { 'box/a.test.ts': source, 'box/a.ts': source }), [
    'packages/drivers/src/box/a.ts:1: box may not use vm',
  ]);
});

test('a folder without a row is refused', async (t) => {
  assert.deepEqual(await inWalls(t, { 'disk/d.ts': '' }), [
    'packages/drivers/src/disk/d.ts: drivers has no row for the folder disk',
  ]);
});

test('a file beside the folders composes them, and is used by none without a row', async (t) => {
  const problems = await inWalls(t, {
    'index.ts': "export * from './box/a.ts';\nexport * from './vm/v.ts';\n",
    'box/a.ts': "import { v } from '../index.ts';\nimport { VERSION } from '../version.ts';\n",
  });
  assert.deepEqual(problems, [
    'packages/drivers/src/box/a.ts:1: box may not use index.ts',
    'packages/drivers/src/box/a.ts:2: box may not use version.ts',
  ]);
});

test('rows that form a cycle are refused', async (t) => {
  const rows = { a: { uses: ['b'] }, b: { uses: ['c'] }, c: { uses: ['a'] } };
  assert.deepEqual(await inRows(t, rows), ['folders of drivers in a circle: a -> b -> c -> a']);
});

test('an import that only tests may have closes no circle', async (t) => {
  assert.deepEqual(await inRows(t, { a: { uses: ['b'] }, b: { uses: [], tests: ['a'] } }), []);
});

test('a row of no file, and one that names a folder without a row, are refused', async (t) => {
  const rows = { a: { uses: ['gone'] }, b: { uses: [], tests: ['lost'] }, empty: { uses: [] } };
  assert.deepEqual(await inRows(t, rows), [
    'the row a of drivers names gone, which has no row',
    'the row b of drivers names lost, which has no row',
    'the row empty of drivers is of no file',
  ]);
});

async function inWalls(t: TestContext, files: Readonly<Record<string, string>>): Promise<string[]> {
  const workspace = await tree(t, inDrivers(files));
  return workspace.files.flatMap((file) => wallProblems(file, workspace, ROWS));
}

/** With a file in each of `a`, `b` and `c`. */
async function inRows(t: TestContext, rows: Folders): Promise<string[]> {
  const files = { 'a/a.ts': '', 'b/b.ts': '', 'c/c.ts': '' };
  return folderProblems('drivers', rows, await tree(t, inDrivers(files)));
}

function inDrivers(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(files).map(([path, source]) => [`packages/drivers/src/${path}`, source]),
  );
}

test('a folder that runs in a browser too uses nothing of Node, its tests may', async (t) => {
  const folders: Folders = {
    wire: { uses: [], pure: true },
    node: { uses: ['wire'] },
    'wire.ts': { uses: ['wire', 'node'], pure: true },
  };
  const source = "import 'node:fs';\nimport { x } from '@connectrpc/connect-node';\n";
  const workspace = await tree(t, {
    'packages/api/package.json': manifest('@connectrpc/connect-node'),
    'packages/api/src/wire/a.ts': source,
    'packages/api/src/wire/a.test.ts': source,
    'packages/api/src/node/a.ts': source,
    'packages/api/src/wire.ts': "export * from './wire/a.ts';\n",
  });
  assert.deepEqual(
    workspace.files.flatMap((file) => importProblems(file, workspace)),
    [
      'packages/api/src/wire/a.ts:1: node:fs: wire also runs in a browser',
      'packages/api/src/wire/a.ts:2: @connectrpc/connect-node: wire also runs in a browser',
    ],
  );
  assert.deepEqual(folderProblems('api', folders, workspace), [
    'the row wire.ts of api runs in a browser too, node does not',
  ]);
});

test('one export of a package may be allowed, and not another', async (t) => {
  const workspace = await tree(t, {
    'packages/launcher/package.json': manifest('@capsule/api'),
    'packages/launcher/src/a.ts':
      "import { a } from '@capsule/api/wire';\nimport { b } from '@capsule/api/server';\n",
  });
  assert.deepEqual(
    workspace.files.flatMap((file) => importProblems(file, workspace)),
    ['packages/launcher/src/a.ts:2: launcher may not use api/server'],
  );
});

test('an export may be allowed in some folders only', async (t) => {
  const server = "import { a } from '@capsule/api/server';\n";
  const workspace = await tree(t, {
    'packages/cli/package.json': manifest('@capsule/api'),
    'packages/cli/src/a.ts': server,
    'packages/cli/src/testing/b.ts': server,
  });
  assert.deepEqual(
    workspace.files.flatMap((file) => importProblems(file, workspace)),
    ['packages/cli/src/a.ts:1: cli may use api/server in src/testing/ only'],
  );
});
