import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { childrenFirst } from './children-first.ts';

test('every snapshot comes before its parent, however they are listed', () => {
  const trees = fc.array(fc.nat(), { maxLength: 30 }).chain((picks) => {
    const names = picks.map((_, index) => `layer-${index}`);
    // A parent stands before its child, so there is no circle.
    const tree = names.map((name, index) => ({
      name,
      parent: index === 0 ? '' : (names[(picks[index] ?? 0) % index] ?? ''),
    }));
    return fc.shuffledSubarray(tree, { minLength: tree.length });
  });
  fc.assert(
    fc.property(trees, (tree) => {
      const order = childrenFirst(tree);
      assert.deepEqual(order.toSorted(), tree.map(({ name }) => name).toSorted());
      for (const { name, parent } of tree) {
        if (parent !== '') assert.ok(order.indexOf(name) < order.indexOf(parent));
      }
    }),
  );
});

test('a snapshot whose parent is not listed is removed too', () => {
  assert.deepEqual(childrenFirst([{ name: 'a', parent: 'gone' }]), ['a']);
});
