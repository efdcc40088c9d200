import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFailure } from './describe-failure.ts';

test('a name of an archive is reported with the folder that it was to come to', () => {
  const failure = describeFailure('c', 'read-only\tf\tRead-only file system', '/ro/');
  assert.equal(failure.code, 'FILES_READ_ONLY');
  assert.equal(failure.message, 'c:/ro/f is read-only');
  assert.match(failure.hint ?? '', /readOnly of a mount/);
});

test('an absolute path stays as it is, and so does a name that is refused', () => {
  assert.equal(
    describeFailure('c', 'full\t/a/f\tno', '/ro').message,
    'no space is left for c:/a/f',
  );
  assert.match(
    describeFailure('c', 'refused\t../f\tleads out', '/ro').message,
    /^\.\.\/f is refused/,
  );
});

test('what is read is named as it was asked for', () => {
  assert.equal(describeFailure('c', 'missing\tf\tno').message, 'there is nothing at c:f');
});
