import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aptOptionsFrom, mirrorFrom, mirrorFromSources } from './host-apt.ts';

test('uses the main archive, not the security archive, and drops the trailing slash', () => {
  const targets = [
    'Debian http://mirror.example/debian-security/',
    'Google https://packages.example/apt/',
    'Debian http://mirror.example/debian/',
  ];
  assert.equal(mirrorFrom(targets.join('\n')), 'http://mirror.example/debian');
});

test('finds no Debian mirror on a machine that is not Debian', () => {
  assert.equal(mirrorFrom('Ubuntu http://archive.example/ubuntu/\n'), undefined);
});

test('does not use a list of mirrors as a mirror', () => {
  assert.equal(mirrorFrom('Debian mirror+file:/etc/apt/mirrors/debian.list\n'), undefined);
});

test('keeps proxies and relaxed date checks, and nothing else', () => {
  const dump = [
    'Acquire "";',
    'Acquire::http::Proxy "http://proxy.example:3142";',
    'Acquire::Languages:: "none";',
    'Acquire::Check-Valid-Until "false";',
  ];
  assert.deepEqual(aptOptionsFrom(dump.join('\n')), [
    'Acquire::http::Proxy "http://proxy.example:3142"',
    'Acquire::Check-Valid-Until "false"',
  ]);
});

test('reads the mirror from source files in both formats', () => {
  const oneLine = 'deb [signed-by=/k.gpg] https://mirror.example/debian/ trixie main\n';
  assert.equal(mirrorFromSources(oneLine), 'https://mirror.example/debian');
  const deb822 = 'Types: deb\n# http://old.example/debian\nURIs: http://mirror.example/debian\n';
  assert.equal(mirrorFromSources(deb822), 'http://mirror.example/debian');
});

test('finds no mirror if the machine is not Debian or has no sources', () => {
  assert.equal(mirrorFromSources('deb http://archive.example/ubuntu noble main\n'), undefined);
  assert.equal(mirrorFromSources('URIs: http://mirror.example/debian-security\n'), undefined);
  assert.equal(mirrorFromSources(''), undefined);
});
