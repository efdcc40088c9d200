import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cellKey } from '../cell/cell-key.ts';
import {
  describePlace,
  isWithin,
  levelOf,
  nameOfPlace,
  parentOf,
  parentsOf,
  placeFromKey,
  placeKey,
  placeOf,
} from './place.ts';

const anyName = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?$/);
const anyParts = fc.array(anyName, { minLength: 1, maxLength: 5 });

test('a place and its key lead to each other, and two places never share a key', () => {
  fc.assert(
    fc.property(anyParts, anyParts, (a, b) => {
      const place = placeOf(a);
      assert.deepEqual(placeFromKey(placeKey(place)), place);
      assert.equal(nameOfPlace(place), a.at(-1));
      assert.equal(placeKey(place) === placeKey(placeOf(b)), a.join('/') === b.join('/'));
    }),
  );
});

test('a place is within its parents, and not within a place whose name its own begins with', () => {
  const web = placeOf(['main', 'prod', 'shop', 'web']);
  assert.deepEqual(parentsOf(web).map(describePlace), ['main', 'main/prod', 'main/prod/shop']);
  assert.ok(parentsOf(web).every((parent) => isWithin(web, parent)));
  assert.ok(isWithin(web, web));
  assert.equal(isWithin(placeOf(['main', 'prod-eu']), placeOf(['main', 'prod'])), false);
  assert.equal(isWithin(placeOf(['main']), web), false);
  assert.equal(parentOf(placeOf(['main'])), undefined);
  assert.equal(levelOf(web), 'cell');
});

test('the key of a cell is the one that its containers, files and networks have', () => {
  const id = { realm: 'main', space: 'default', stack: 'default', cell: 'web' };
  assert.equal(placeKey(id), cellKey(id));
});
