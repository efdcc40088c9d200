import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressFromNumber, addressToNumber } from './ipv4.ts';

test('addresses survive the way to a number and back', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      assert.equal(addressFromNumber(addressToNumber(address)), address);
    }),
  );
});
