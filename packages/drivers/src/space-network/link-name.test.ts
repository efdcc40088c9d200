import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressOfHardware, addressOfLink, hardwareAddress, linkName } from './link-name.ts';

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

test('a hardware address leads back to the IP address, a foreign one does not', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      assert.equal(addressOfHardware(hardwareAddress(address)), address);
    }),
  );
  for (const foreign of ['', '02:42:ac:14:fe:0a', '02:ca:ac:14:fe', '02:ca:ac:14:fe:0a:00']) {
    assert.equal(addressOfHardware(foreign), undefined, foreign);
  }
});
