import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingOptions } from './config.ts';

const ACTUAL = `#
# Automatically generated file; DO NOT EDIT.
#
CONFIG_NET=y
CONFIG_NR_CPUS=32
CONFIG_LOCALVERSION="-capsule"
# CONFIG_MODULES is not set
# CONFIG_EROFS_FS is not set
`;

test('reports nothing if every option has the requested value', () => {
  const wanted = 'CONFIG_NET=y\n# CONFIG_MODULES is not set\nCONFIG_LOCALVERSION="-capsule"\n';
  assert.deepEqual(missingOptions(wanted, ACTUAL), []);
});

test('reports options that are missing, unknown or have another value', () => {
  const wanted = 'CONFIG_EROFS_FS=y\nCONFIG_NO_SUCH=y\nCONFIG_NR_CPUS=8\nCONFIG_NET=y\n';
  assert.deepEqual(missingOptions(wanted, ACTUAL), [
    'CONFIG_EROFS_FS=y',
    'CONFIG_NO_SUCH=y',
    'CONFIG_NR_CPUS=8',
  ]);
});

test('reports an option that is on but should be off', () => {
  assert.deepEqual(missingOptions('# CONFIG_NET is not set', ACTUAL), ['# CONFIG_NET is not set']);
});

test('ignores comments', () => {
  assert.deepEqual(missingOptions('# CONFIG_EROFS_FS must be on\n\n# Network\n', ACTUAL), []);
});
