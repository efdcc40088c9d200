import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCapsuleError } from '../../../error/capsule-error.ts';
import { isRegistryName } from '../../../resource/registry/registry.ts';
import { parseManifests } from '../../parse-manifests.ts';
import type { ManifestProblem } from '../../problem.ts';
import { specsOf } from '../../testing/specs-of.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n';
const document = (name: string, registry: object) =>
  JSON.stringify({ name, kind: 'Registry', registry });

function pathsOf(text: string): string[] {
  try {
    parseManifests(text, 'f');
    return [];
  } catch (error) {
    assert.ok(isCapsuleError(error));
    return (error.facts['problems'] as readonly ManifestProblem[]).map(({ path }) => path);
  }
}

test('every field of a registry is read', () => {
  const block = { mirrors: ['https://a', 'http://b:1'], insecure: true, caCertificate: PEM };
  assert.deepEqual(specsOf('registry', parseManifests(document('r.home:5000', block), 'f')), [
    { name: 'r.home:5000', plainHttp: false, ...block },
  ]);
});

test('a value without effect is refused with its path', () => {
  const refused: readonly (readonly [object, string])[] = [
    [{ mirrors: ['ftp://a'] }, 'registry.mirrors[0]'],
    [{ mirrors: ['https://a', 'http://b', 'https://a'] }, 'registry.mirrors[2]'],
    [{ mirrors: ['https://a/path'] }, 'registry.mirrors[0]'],
    [{ mirrors: ['https://user:secret@a'] }, 'registry.mirrors[0]'],
    [{ plainHttp: true, insecure: true }, 'registry.plainHttp'],
    [{ plainHttp: true, caCertificate: PEM }, 'registry.plainHttp'],
    [{ caCertificate: 'no PEM' }, 'registry.caCertificate'],
    [{ caCertificate: `${PEM}[host."evil"]` }, 'registry.caCertificate'],
    [{ insecure: 'yes' }, 'registry.insecure'],
  ];
  for (const [block, path] of refused) {
    assert.deepEqual(pathsOf(document('r.home', block)), [path], JSON.stringify(block));
  }
});

test('a registry is a host, and never a path', () => {
  for (const name of ['docker.io', 'localhost', 'localhost:5000', 'nas:5000', '192.0.2.1:80']) {
    assert.ok(isRegistryName(name), name);
  }
  for (const name of [
    '',
    'nas',
    '..',
    '.',
    '../x:1',
    'a/b.c',
    'A.io',
    'a.io:0',
    'a.io:99999',
    '-.-:1',
    'index.docker.io',
    'registry-1.docker.io',
  ]) {
    assert.ok(!isRegistryName(name), name);
  }
});
