import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressOfLink, hardwareAddress, linkName } from './link-name.ts';

test('a link name fits into Linux, and contains the address', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      assert.ok(linkName(address).length <= 15);
      assert.equal(addressOfLink(linkName(address)), address);
    }),
  );
});

test("a foreign link is not recognised as a cell's", () => {
  for (const name of ['eth0', 'cap-lab-4f012e', 'capac14fe0', 'capac14fe0aa', 'xcapac14fe0a', '']) {
    assert.equal(addressOfLink(name), undefined, name);
  }
});

test('hardware addresses are local, unicast and different', () => {
  assert.equal(hardwareAddress('172.20.254.10'), '02:ca:ac:14:fe:0a');
  assert.notEqual(hardwareAddress('172.20.254.10'), hardwareAddress('172.20.254.11'));
});
