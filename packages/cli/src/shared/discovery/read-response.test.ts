import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readResponse } from './read-response.ts';

const NAME = 'box-abcdefgh._capsule._tcp.local';
const SRV = { name: NAME, type: 'SRV', data: { port: 50_000, target: 'capsule-abcdefgh.local' } };
const TXT = {
  name: NAME,
  type: 'TXT',
  data: ['capsule_id=abc', 'short_id=abcdefgh', 'adopted=true', 'version=1', 'hostname=box'].map(
    (line) => Buffer.from(line),
  ),
};
const A = { name: 'capsule-abcdefgh.local', type: 'A', data: '192.0.2.7' };

test('an announcement is read, with the address of its sender', () => {
  const [one, ...others] = readResponse({ answers: [SRV, TXT, A] }, '192.0.2.7');
  assert.deepEqual(others, []);
  assert.deepEqual(one, {
    instance: 'box-abcdefgh',
    address: { host: '192.0.2.7', port: 50_000 },
    capsuleId: 'abc',
    shortId: 'abcdefgh',
    hostname: 'box',
    version: '1',
    mode: 'runtime',
    isAdopted: true,
  });
});

test('a sender of IPv6 is reached at its own address, with the zone of the link', () => {
  const [one] = readResponse({ answers: [SRV, TXT, A] }, 'fe80::7%eth0');
  assert.deepEqual(one?.address, { host: 'fe80::7%eth0', port: 50_000 });
});

test('control characters and long texts do not reach a terminal', () => {
  const evil = `\u001b[2J${'x'.repeat(500)}`;
  const text = { ...TXT, data: [`hostname=${evil}`] };
  const [one] = readResponse({ answers: [SRV, text, A] }, '192.0.2.7');
  assert.match(one?.hostname ?? '', /^\?\[2Jx{124}$/);
});

test('no response makes the reader fail, or yields more than it may', () => {
  const value = fc.anything({ maxDepth: 2 });
  const record = fc.oneof(
    fc.constantFrom(SRV, TXT, A),
    fc.record({
      name: fc.oneof(fc.constant(NAME), value),
      type: fc.constantFrom('SRV', 'TXT', 'A'),
      data: value,
    }),
  );
  fc.assert(
    fc.property(fc.array(record, { maxLength: 100 }), (answers) => {
      const found = readResponse({ answers }, '192.0.2.9');
      assert.ok(found.length <= 64);
      for (const { address, instance, hostname } of found) {
        assert.ok(address.port > 0 && instance.length <= 63 && hostname.length <= 128);
      }
    }),
  );
});
