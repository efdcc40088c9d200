import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCapsuleError, isName } from '@capsule/core';
import fc from 'fast-check';
import { Input } from '../../program/input.ts';
import { readSnapshotName, readVolumeName } from './volume-name.ts';

const input = new Input('capsulectl volume snapshot', [], {});

test('a volume, and a snapshot of one', () => {
  assert.deepEqual(readVolumeName(input, 'data'), { volume: 'data' });
  const both = { volume: 'data', snapshot: 'before-upgrade' };
  assert.deepEqual(readVolumeName(input, 'data@before-upgrade'), both);
  assert.deepEqual(readSnapshotName(input, 'data@before-upgrade'), both);
  for (const text of ['data@', 'data@a@b', 'data@../x', 'data@A']) {
    assert.throws(() => readVolumeName(input, text), { code: 'CLI_USAGE' }, text);
  }
  assert.throws(() => readSnapshotName(input, 'data'), { code: 'CLI_USAGE' });
});

test('every input is a name or an error of usage', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z@./-]{0,12}$/)), (text) => {
      try {
        const { snapshot } = readVolumeName(input, text);
        assert.ok(snapshot === undefined || isName(snapshot));
      } catch (error) {
        assert.ok(isCapsuleError(error) && error.code === 'CLI_USAGE');
      }
    }),
  );
});
