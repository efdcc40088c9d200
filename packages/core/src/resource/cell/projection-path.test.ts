import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ProjectionPlace, projectionPath } from './projection-path.ts';

/** Few and close to the words of paths, so that they meet. */
const name = fc.constantFrom('a', 'a-b', 'realm', 'space', 'stack', 'cell', 'containers', 'yaml');
const place: fc.Arbitrary<ProjectionPlace> = fc
  .array(name, { minLength: 1, maxLength: 5 })
  .map(([realm = '', space, stack, cell, container]) => ({
    realm,
    ...(space !== undefined && { space }),
    ...(stack !== undefined && { stack }),
    ...(cell !== undefined && { cell }),
    ...(container !== undefined && { container }),
  }));

test('each level has its file', () => {
  const cell = { realm: 'main', space: 'default', stack: 'shop', cell: 'web' };
  assert.deepEqual(
    [
      projectionPath({ realm: 'main' }),
      projectionPath({ realm: 'main', space: 'default' }),
      projectionPath({ realm: 'main', space: 'default', stack: 'shop' }),
      projectionPath(cell),
      projectionPath({ ...cell, container: 'side' }),
    ],
    [
      'main/realm.yaml',
      'main/default/space.yaml',
      'main/default/shop/stack.yaml',
      'main/default/shop/web/cell.yaml',
      'main/default/shop/web/containers/side.yaml',
    ],
  );
});

test('two places have two files, and no file is a folder of another', () => {
  fc.assert(
    fc.property(place, place, (one, other) => {
      const [path, second] = [projectionPath(one), projectionPath(other)];
      assert.equal(path === second, JSON.stringify(one) === JSON.stringify(other));
      assert.ok(!second.startsWith(`${path}/`), `${path} is a folder of ${second}`);
    }),
    { numRuns: 2000 },
  );
});
