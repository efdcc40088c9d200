import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFailure } from './describe-failure.ts';

test('an error names a path of an archive together with the folder that it is unpacked to', () => {
  const failure = describeFailure('c', 'read-only\tf\tRead-only file system', '/ro/');
  assert.equal(failure.code, 'FILES_READ_ONLY');
  assert.equal(failure.message, 'c:/ro/f is read-only');
  assert.match(failure.hint ?? '', /`readOnly` of a mount/);
});

test('an absolute path and a refused name are reported unchanged', () => {
  assert.equal(
    describeFailure('c', 'full\t/a/f\tno', '/ro').message,
    'no space is left for c:/a/f',
  );
  assert.match(
    describeFailure('c', 'refused\t../f\tleads out', '/ro').message,
    /^cp refuses \.\.\/f:/,
  );
});

test('an error of a read names the path as the caller gave it', () => {
  assert.equal(describeFailure('c', 'missing\tf\tno').message, 'c:f does not exist');
});
