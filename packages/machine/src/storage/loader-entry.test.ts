import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSelected } from './loader-entry.ts';

const variable = (text: string) =>
  Buffer.concat([Buffer.from([6, 0, 0, 0]), Buffer.from(text, 'utf16le')]);

test('the loader says which entry it has started, with and without an end', () => {
  const entry = { generation: 12, slot: 'slot_b' };
  assert.deepEqual(parseSelected(variable('capsule_000012_slot_b.efi\0')), entry);
  assert.deepEqual(parseSelected(variable('capsule_000012_slot_b.efi')), entry);
});

test('an entry of another system is none', () => {
  assert.equal(parseSelected(variable('auto-efi-shell\0')), undefined);
  assert.equal(parseSelected(Buffer.alloc(0)), undefined);
});
