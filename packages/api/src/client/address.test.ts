import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAddress, parseAddress } from './address.ts';

test('an address has a port, or the usual one', () => {
  const cases = {
    'box.lan': { host: 'box.lan', port: 50_000 },
    'box.lan:8443': { host: 'box.lan', port: 8443 },
    '192.0.2.7': { host: '192.0.2.7', port: 50_000 },
    '[2001:db8::1]:443': { host: '2001:db8::1', port: 443 },
    '[2001:db8::1]': { host: '2001:db8::1', port: 50_000 },
    '2001:db8::1': { host: '2001:db8::1', port: 50_000 },
    '[fe80::1%eth0]:50000': { host: 'fe80::1%eth0', port: 50_000 },
  };
  for (const [text, address] of Object.entries(cases)) {
    assert.deepEqual(parseAddress(text), address, text);
  }
});

test('anything else is refused', () => {
  for (const text of [
    '',
    ':50000',
    'a b',
    'box:0',
    'box:65536',
    'box:x',
    '[::1',
    'http://box',
    'a/b',
  ]) {
    assert.throws(() => parseAddress(text), { code: 'API_TARGET_INVALID' }, text);
  }
});

test('a written address reads as itself, and no text makes the reader fail otherwise', () => {
  const address = fc.record({
    host: fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().filter((text) => text.includes(':')),
    ),
    port: fc.integer({ min: 1, max: 65_535 }),
  });
  fc.assert(
    fc.property(address, (one) => assert.deepEqual(parseAddress(formatAddress(one)), { ...one })),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseAddress(text);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'API_TARGET_INVALID');
      }
    }),
  );
});
