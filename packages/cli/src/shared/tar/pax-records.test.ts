import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePaxRecords } from './pax-records.ts';

const LEAST = '5 a=\n';

test('a header of more records than memory has room for is refused', () => {
  assert.equal(parsePaxRecords(Buffer.from(LEAST.repeat(2 ** 18))).length, 2 ** 18);
  assert.throws(() => parsePaxRecords(Buffer.from(LEAST.repeat(2 ** 18 + 1))), {
    code: 'COPY_ARCHIVE_DAMAGED',
  });
});
