import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Headers as BundledHeaders } from './headers.ts';

const name = fc.constantFrom('a', 'A', 'grpc-status', 'Grpc-Status', 'x-bin', 'b');
const value = fc.stringMatching(/^[ -~]{0,8}$/);
const step = fc.oneof(
  fc.record({ do: fc.constantFrom('append' as const, 'set' as const), name, value }),
  fc.record({ do: fc.constant('delete' as const), name }),
);

test('any sequence of changes leaves the same headers as the global class', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), fc.array(step), (init, steps) => {
      const ours = new BundledHeaders(init);
      const theirs = new Headers(init.map(([key, text]): [string, string] => [key, text]));
      for (const one of steps) {
        for (const headers of [ours, theirs]) {
          if (one.do === 'delete') headers.delete(one.name);
          else headers[one.do](one.name, one.value);
        }
      }
      assert.deepEqual([...ours], [...theirs]);
      for (const [key] of init) {
        assert.equal(ours.get(key), theirs.get(key));
        assert.equal(ours.has(key), theirs.has(key));
      }
      const visited: string[] = [];
      ours.forEach((text, key) => {
        visited.push(`${key}=${text}`);
      });
      assert.deepEqual(
        visited,
        [...theirs].map(([key, text]) => `${key}=${text}`),
      );
    }),
  );
});

test('records and other headers are taken as a start, bad names are refused', () => {
  const start = new BundledHeaders({ 'Content-Type': 'application/grpc' });
  assert.deepEqual([...new BundledHeaders(start)], [['content-type', 'application/grpc']]);
  assert.throws(() => new BundledHeaders({ 'a b': 'c' }), TypeError);
  assert.throws(() => new Headers({ 'a b': 'c' }), TypeError);
});
