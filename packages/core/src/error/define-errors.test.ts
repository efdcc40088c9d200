import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CapsuleError, isCapsuleError, isNotFound } from './capsule-error.ts';
import { defineErrors } from './define-errors.ts';

const volumeError = defineErrors('VOLUME', {
  IN_USE: {
    kind: 'precondition',
    message: (f: { volume: string; holder: string }) => `${f.volume} is in use by ${f.holder}`,
    why: 'one mounter at a time',
    hint: (f) => `stop ${f.holder} first`,
  },
  NOT_FOUND: { kind: 'notFound', message: (f: { volume: string }) => `there is no ${f.volume}` },
});

test('a maker fills in code, kind, texts, facts and cause', () => {
  const cause = new Error('EBUSY');
  const error = volumeError.IN_USE({ volume: 'data', holder: 'web' }, cause);
  assert.ok(error instanceof CapsuleError);
  assert.deepEqual(
    { ...error, message: error.message, cause: error.cause },
    {
      name: 'CapsuleError',
      code: 'VOLUME_IN_USE',
      kind: 'precondition',
      message: 'data is in use by web',
      why: 'one mounter at a time',
      hint: 'stop web first',
      actions: [],
      facts: { volume: 'data', holder: 'web' },
      cause,
    },
  );
});

test('parts that a row leaves out are undefined, and no cause is no cause', () => {
  const error = volumeError.NOT_FOUND({ volume: 'data' });
  assert.deepEqual([error.why, error.hint, 'cause' in error], [undefined, undefined, false]);
});

test('a maker and the table name the permanent code', () => {
  assert.equal(volumeError.IN_USE.code, 'VOLUME_IN_USE');
  assert.deepEqual(Object.keys(volumeError.table.rows), ['IN_USE', 'NOT_FOUND']);
  assert.equal(volumeError.table.prefix, 'VOLUME');
});

test('the link of an error leads to the heading of its code', () => {
  const { link } = volumeError.NOT_FOUND({ volume: 'data' });
  assert.equal(link, 'docs/reference/errors.md#volume_not_found');
});

test('an error of another copy of this module is recognised', () => {
  const foreign = Object.assign(new Error('x'), {
    name: 'CapsuleError',
    code: 'A_B',
    kind: 'notFound',
  });
  assert.ok(isCapsuleError(foreign));
  assert.ok(isNotFound(foreign));
});

test('an object that only resembles a CapsuleError is not one', () => {
  const named = Object.assign(new Error('x'), { code: 'ENOENT', kind: 'notFound' });
  for (const value of [
    named,
    undefined,
    'x',
    {},
    new Error('x'),
    { name: 'CapsuleError', code: 'A' },
  ]) {
    assert.ok(!isCapsuleError(value));
    assert.ok(!isNotFound(value));
  }
  assert.ok(!isNotFound(volumeError.IN_USE({ volume: 'data', holder: 'web' })));
});
