import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BootEntry, nextBootEntry, parseBootEntry, printBootEntry } from './boot-entry.ts';

const count = fc.integer({ min: 0, max: 9 });
const entry: fc.Arbitrary<BootEntry> = fc.record(
  {
    generation: fc.integer({ min: 0, max: 999_999 }),
    slot: fc.constantFrom('slot_a' as const, 'slot_b' as const),
    tries: fc.record({ left: count, done: count }, { noNullPrototype: true }),
  },
  { requiredKeys: ['generation', 'slot'], noNullPrototype: true },
);

test('an entry has the name that the boot loader counts down', () => {
  const fresh = { generation: 7, slot: 'slot_b', tries: { left: 3, done: 0 } } as const;
  assert.equal(printBootEntry(fresh), 'capsule_000007_slot_b+3.efi');
  assert.deepEqual(parseBootEntry('capsule_000007_slot_b+2-1.efi'), {
    ...fresh,
    tries: { left: 2, done: 1 },
  });
  assert.deepEqual(parseBootEntry('capsule_000001_slot_a.efi'), { generation: 1, slot: 'slot_a' });
});

test('every entry is read as it was printed', () => {
  fc.assert(
    fc.property(entry, (some) => assert.deepEqual(parseBootEntry(printBootEntry(some)), some)),
  );
});

test('other files are no entries', () => {
  for (const name of [
    'FSCK0000.REC',
    'capsule_000007_slot_b+3.efi.new',
    'capsule_7_slot_a.efi',
    'capsule_000007_slot_c.efi',
    'capsule_000007_slot_a+.efi',
    'capsule_000007_slot_a+3-.efi',
    'Capsule_000007_slot_a.efi',
    '',
  ]) {
    assert.equal(parseBootEntry(name), undefined, name);
  }
  fc.assert(fc.property(fc.string(), (text) => void parseBootEntry(text)));
});

test('the highest generation with tries left boots next; a spent entry boots only if no other one is there', () => {
  const old: BootEntry = { generation: 1, slot: 'slot_a' };
  const tried = (left: number): BootEntry => ({
    generation: 2,
    slot: 'slot_b',
    tries: { left, done: 3 - left },
  });
  assert.deepEqual(nextBootEntry([old, tried(1)]), tried(1));
  assert.deepEqual(nextBootEntry([old, tried(0)]), old);
  assert.deepEqual(nextBootEntry([tried(0)]), tried(0));
  assert.equal(nextBootEntry([]), undefined);
});
