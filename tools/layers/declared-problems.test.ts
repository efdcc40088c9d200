import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaredProblems } from './declared-problems.ts';
import { manifest, tree } from './testing/tree.ts';

test('a dependency that nothing imports is refused', async (t) => {
  const workspace = await tree(t, {
    'packages/api/package.json': manifest('@capsule/core', '@scope/b', 'zod'),
    'packages/api/src/a.ts': "import { a } from '@capsule/core';\nimport b from '@scope/b/sub';\n",
  });
  assert.deepEqual(declaredProblems(workspace), [
    'packages/api declares zod, which nothing there imports',
  ]);
});
