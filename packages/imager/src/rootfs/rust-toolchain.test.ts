import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findMachineRust, parseRustVersion } from './rust-toolchain.ts';

test('reads the versions that cargo and rustc print', () => {
  assert.deepEqual(parseRustVersion('cargo 1.95.0 (f2d3ce0bd 2026-03-21)\n'), [1, 95]);
  assert.deepEqual(
    parseRustVersion('rustc 1.85.0 (4d91de4e4 2025-02-17) (built from source)'),
    [1, 85],
  );
  assert.equal(parseRustVersion('error: no default toolchain'), undefined);
});

test('names the missing program on a machine without Rust', async () => {
  assert.deepEqual(await findMachineRust({ PATH: '/nonexistent' }), {
    usable: false,
    why: 'cargo is not installed',
  });
});
