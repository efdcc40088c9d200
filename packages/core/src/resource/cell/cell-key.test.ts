import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NAME_PATTERN } from '../name.ts';
import type { CellId } from './cell-id.ts';
import { cellFromKey, cellKey, containerFromKey, containerKey } from './cell-key.ts';

const name = fc.stringMatching(NAME_PATTERN);
const cell: fc.Arbitrary<CellId> = fc.record(
  { realm: name, space: name, stack: name, cell: name },
  { noNullPrototype: true },
);

test('a key is of one cell, and leads back to it', () => {
  fc.assert(fc.property(cell, (id) => assert.deepEqual(cellFromKey(cellKey(id)), id)));
});

test('so is one of a container, and no other word leads to one', () => {
  const ref = fc.record({ cell, container: name }, { noNullPrototype: true });
  fc.assert(fc.property(ref, (one) => assert.deepEqual(containerFromKey(containerKey(one)), one)));
  for (const word of ['web', 'volume/data', 'a_b_c_d', 'a_b_c_d_e_f']) {
    assert.equal(containerFromKey(word), undefined);
  }
});

test('two containers never share a key, nor does one with a cell', () => {
  const ref = fc.record({ cell, container: name });
  fc.assert(
    fc.property(ref, ref, (one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other));
      assert.notEqual(containerKey(one), containerKey(other));
      assert.notEqual(containerKey(one), cellKey(other.cell));
    }),
  );
});
