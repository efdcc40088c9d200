import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCapsuleError } from '../../error/capsule-error.ts';
import { type BundleManifest, parseBundleManifest } from './bundle-manifest.ts';
import { judgeBundle } from './judge-bundle.ts';
import { compareVersions, parseVersion } from './version.ts';

const part = { bytes: 1000, sha256: 'a'.repeat(64) };
const manifest: BundleManifest = {
  format: 1,
  version: '1.2.0',
  minimumVersion: '1.0.0',
  architecture: 'x86_64',
  board: 'vm',
  uki: part,
  root: part,
  rootHash: 'b'.repeat(64),
};
const target = {
  version: '1.1.0',
  architecture: 'x86_64',
  board: 'vm',
  slotBytes: 1000,
  espFreeBytes: 1000,
  allowDowngrade: false,
};

test('a manifest is read as it was written', () => {
  assert.deepEqual(parseBundleManifest(JSON.stringify(manifest)), manifest);
});

test('a manifest with faults is refused with all of them', () => {
  const { board: _, ...less } = { ...manifest, version: '1.2', root: { bytes: -1 }, more: 1 };
  assert.throws(() => parseBundleManifest(JSON.stringify(less)), {
    code: 'BUNDLE_MALFORMED',
    message:
      'the file is not an update bundle: more is unknown; version must be a version such as 1.2.3; ' +
      'board must be a name such as vm; root has faults: bytes must be a positive integer, ' +
      'sha256 must be 64 hexadecimal digits',
  });
});

test('every manifest is read, or refused by its code', () => {
  const some = fc.oneof(fc.string(), fc.json(), fc.json({ maxDepth: 1 }));
  fc.assert(
    fc.property(some, (text) => {
      try {
        parseBundleManifest(text);
      } catch (error) {
        assert.ok(isCapsuleError(error) && error.code === 'BUNDLE_MALFORMED', text);
      }
    }),
  );
});

test('a bundle suits the machine, or is refused with every reason', () => {
  assert.deepEqual(judgeBundle(manifest, target), []);
  assert.deepEqual(
    judgeBundle(manifest, {
      version: '0.9.0',
      architecture: 'aarch64',
      board: 'metal',
      slotBytes: 999,
      espFreeBytes: 10,
      allowDowngrade: false,
    }),
    [
      'it is for x86_64, the machine is aarch64',
      'it is for board vm, the machine is metal',
      'it needs version 1.0.0 first, and version 0.9.0 runs',
      'its root has 1000 bytes, and a slot has 999',
      'its kernel image has 1000 bytes, and the ESP has room for 10',
    ],
  );
});

test('a downgrade needs a word, and the same version does not', () => {
  assert.deepEqual(judgeBundle(manifest, { ...target, version: '1.2.0' }), []);
  const newer = { ...target, version: '1.3.0' };
  assert.match(judgeBundle(manifest, newer).join(), /older than the running version 1\.3\.0/);
  assert.deepEqual(judgeBundle(manifest, { ...newer, allowDowngrade: true }), []);
});

test('versions are ordered as semver.org has them', () => {
  const ordered =
    '1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.1 1.2.0 1.10.0 2.0.0';
  const versions = ordered.split(' ');
  for (const [index, version] of versions.entries()) {
    for (const [other, text] of versions.entries()) {
      const found = Math.sign(compareVersions(version, text));
      assert.equal(found, Math.sign(index - other), `${version} and ${text}`);
    }
  }
  for (const text of ['1.2', 'v1.2.3', '1.2.3-', '1.2.3 ', '']) {
    assert.equal(parseVersion(text), undefined, text);
  }
  assert.ok(compareVersions('none', '0.0.1') < 0);
});
