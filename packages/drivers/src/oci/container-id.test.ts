import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refOfWorkload } from '@capsule/core';
import fc from 'fast-check';
import { containerId } from './container-id.ts';

const LABEL = fc
  .stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
  .filter((name) => name.length <= 63);
const NAMES = fc.tuple(LABEL, LABEL, LABEL, LABEL);

function idOf([space, stack, cell, container]: readonly [string, string, string, string]): string {
  return containerId({ cell: { realm: 'main', space, stack, cell }, container });
}

test('an ordinary name stays readable', () => {
  assert.equal(containerId(refOfWorkload('web')), 'default_default_web_web');
});

test('a name that containerd would refuse is hashed', () => {
  assert.match(containerId(refOfWorkload('a--b')), /^default-default-a-b-a-b\.[0-9a-f]{32}$/);
});

test("every legal name fits containerd's rule", () => {
  fc.assert(
    fc.property(NAMES, (names) => {
      const id = idOf(names);
      assert.ok(id.length <= 76, id);
      assert.match(id, /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/);
    }),
  );
});

test('two containers never share a name', () => {
  fc.assert(
    fc.property(NAMES, NAMES, (one, other) => {
      fc.pre(one.join('/') !== other.join('/'));
      assert.notEqual(idOf(one), idOf(other));
    }),
  );
});

/** Names of few letters, so that two places are often neighbours: `a`, `b-a` and `a-b`, `a`. */
const NEAR = fc.stringMatching(/^[ab]([-ab]{0,3}[ab])?$/);

test('neighbours in the hierarchy never share a name', () => {
  const near = fc.tuple(NEAR, NEAR, NEAR, NEAR);
  fc.assert(
    fc.property(near, near, (one, other) => {
      assert.equal(idOf(one) === idOf(other), one.join('/') === other.join('/'));
    }),
    { numRuns: 2000 },
  );
});

test('names of any length are unambiguous up to their last letter', () => {
  const length = fc.integer({ min: 1, max: 62 });
  const lengths = fc.tuple(length, length, length, length);
  fc.assert(
    fc.property(lengths, fc.nat({ max: 3 }), (all, changed) => {
      const names = all.map((each) => 'a'.repeat(each)) as [string, string, string, string];
      const others = names.map((name, at) => (at === changed ? `${name}b` : name));
      const ids = [idOf(names), idOf(others as typeof names)];
      assert.notEqual(ids[0], ids[1]);
      const isReadable = names.join('_').length <= 76;
      assert.equal(ids[0] === names.join('_'), isReadable);
      assert.ok(ids.every((id) => id.length <= 76));
    }),
  );
});

test('no name is that of a snapshot of images or of a look into one', () => {
  fc.assert(
    fc.property(NAMES, (names) => {
      // Layers are `sha256:…`, looks `capsule-…` with neither `_` nor `.`.
      assert.match(idOf(names), /^[^:]*[_.][^:]*$/);
    }),
  );
});
