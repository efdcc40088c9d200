import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hostNames } from './host-names.ts';

const anyName = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);

test('different names never share anything on the host', () => {
  fc.assert(
    fc.property(anyName, anyName, (a, b) => {
      fc.pre(a !== b);
      const [of, and] = [Object.values(hostNames(a)), Object.values(hostNames(b))];
      assert.deepEqual(
        of.filter((name) => and.includes(name)),
        [],
      );
    }),
  );
});

test('an interface name has at most 15 characters', () => {
  fc.assert(fc.property(anyName, (name) => hostNames(name).link.length <= 15));
});

test('a short name can be read in the name of the interface', () => {
  assert.equal(hostNames('demo').link, 'cap-demo');
});

for (const name of ['', '-a', 'a_b', 'A', '../x', 'a'.repeat(41)]) {
  test(`refuses '${name}' as the name of a capsule`, () => {
    assert.throws(() => hostNames(name), { code: 'EMBEDDED_NAME_INVALID' });
  });
}
