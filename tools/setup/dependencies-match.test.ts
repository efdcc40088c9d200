import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';

const program = join(import.meta.dirname, 'dependencies-match.mjs');
const root = mkdtempSync(join(tmpdir(), 'capsule-lockfile-'));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const entry = (version: string, more: object = {}) => ({ version, integrity: 'sha512-x', ...more });

/** Exit code for these lock entries, with `installed` really there. */
function check(wanted: object, installed: Record<string, object>): number | null {
  for (const path of Object.keys(installed)) mkdirSync(join(root, path), { recursive: true });
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: wanted }));
  const hidden = JSON.stringify({ packages: installed });
  writeFileSync(join(root, 'node_modules/.package-lock.json'), hidden);
  return spawnSync(process.execPath, [program, root]).status;
}

test('an installation from the lock file matches it', () => {
  const packages = { 'node_modules/a': entry('1.0.0') };
  assert.equal(check({ '': {}, 'packages/core': {}, ...packages }, packages), 0);
});

test('another version, another content or a missing folder does not match', () => {
  const wanted = { 'node_modules/a': entry('1.0.0') };
  assert.equal(check(wanted, { 'node_modules/a': entry('1.0.1') }), 1);
  assert.equal(check(wanted, { 'node_modules/a': entry('1.0.0', { integrity: 'y' }) }), 1);
  assert.equal(check(wanted, {}), 1);
});

test('packages for other machines and links to workspaces need not be there', () => {
  const wanted = {
    'node_modules/other': entry('1.0.0', { os: ['win32'] }),
    'node_modules/cpu': entry('1.0.0', { cpu: ['mips'] }),
    'node_modules/musl': entry('1.0.0', { libc: ['musl'] }),
    'node_modules/@capsule/core': { resolved: 'packages/core', link: true },
  };
  assert.equal(check(wanted, {}), 0);
});

test('a checkout without node_modules does not match', () => {
  mkdirSync(root, { recursive: true });
  writeFileSync(
    join(root, 'package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/a': entry('1') } }),
  );
  assert.equal(spawnSync(process.execPath, [program, root]).status, 1);
});
