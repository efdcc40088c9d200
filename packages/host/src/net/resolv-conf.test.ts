import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseResolvConf } from './resolv-conf.ts';

test('a resolv.conf is read as the C library reads it', () => {
  const text = [
    '# comment',
    '; comment',
    'nameserver 192.0.2.53',
    '  nameserver\t2001:db8::53  trailing',
    'nameserver fe80::1%eth0',
    'nameserver not-an-address',
    'nameserver',
    'domain first.example',
    'search lan . home',
    'options ndots:2 edns0',
    'options rotate',
    'sortlist 192.0.2.0/24',
  ].join('\n');
  assert.deepEqual(parseResolvConf(text), {
    nameservers: ['192.0.2.53', '2001:db8::53', 'fe80::1%eth0'],
    searches: ['lan', 'home'],
    options: ['ndots:2', 'edns0', 'rotate'],
  });
});

test('the last of search and domain counts', () => {
  assert.deepEqual(parseResolvConf('search a b\ndomain c\n').searches, ['c']);
  assert.deepEqual(parseResolvConf('domain c\nsearch a b\n').searches, ['a', 'b']);
});

test('any text is a resolv.conf', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseResolvConf(text)));
});
