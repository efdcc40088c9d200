import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeResolverFile, planResolverFile } from './resolver-file.ts';

const OWN = 'nameserver 172.20.254.1\n';
const PROD = { responder: '172.20.254.1', domains: ['prod.main.capsule.internal'] };

test('a cell asks the responder, first for workloads, then in the domains of the uplink', () => {
  const uplink = '# from DHCP\nnameserver 192.0.2.53\nnameserver ::1\nsearch lan home\n';
  assert.equal(
    planResolverFile(uplink, PROD),
    `${OWN}search prod.main.capsule.internal lan home\noptions timeout:3 attempts:5\n`,
  );
});

test('options of the uplink are kept, unless they concern its own resolvers', () => {
  const uplink = 'options ndots:2 timeout:1 attempts:1\noptions rotate use-vc edns0\n';
  assert.equal(
    planResolverFile(uplink, PROD),
    `${OWN}search prod.main.capsule.internal\noptions timeout:3 attempts:5 ndots:2 edns0\n`,
  );
});

test('without an uplink a cell still finds workloads', () => {
  assert.match(
    planResolverFile('', PROD),
    /^nameserver 172\.20\.254\.1\nsearch prod\.main\.capsule/,
  );
});

test('a list in the manifest replaces the usual line, and no other', () => {
  const usual = 'nameserver 172.20.254.1\nsearch capsule.internal\noptions timeout:3\n';
  const none = { nameservers: [], searches: [], options: [] };
  assert.equal(changeResolverFile(usual, none), usual);
  assert.equal(
    changeResolverFile(usual, { ...none, nameservers: ['192.0.2.1'], options: ['ndots:2'] }),
    'nameserver 192.0.2.1\noptions ndots:2\nsearch capsule.internal\n',
  );
});
