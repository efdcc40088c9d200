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
