import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PARTITIONS } from '@capsule/core';
import { lastUsableSector } from '@capsule/host';
import { planDisk } from './disk-plan.ts';

const MIB_SECTORS = 2048;

test('partitions follow each other on whole mebibytes, and the one for data is the last', () => {
  const { table, diskSectors, place } = planDisk();
  assert.deepEqual(
    table.partitions.map(({ name }) => name),
    ['esp', 'slot_a', 'slot_b', 'perm'],
  );
  let next = MIB_SECTORS;
  for (const { firstSector, lastSector } of table.partitions) {
    assert.equal(firstSector, next);
    assert.equal(firstSector % MIB_SECTORS, 0);
    next = lastSector + 1;
  }
  assert.ok(next - 1 <= lastUsableSector(diskSectors));
  assert.equal(place.slot_a.bytes, place.slot_b.bytes);
});

test('the first program of a machine knows the partitions of the slots', async () => {
  const source = join(import.meta.dirname, '../../../../native/stage0/src/slot.rs');
  const text = await readFile(source, 'utf8');
  for (const name of ['slot_a', 'slot_b'] as const) {
    assert.match(text, new RegExp(`name: "${name}",\\s+guid: "${PARTITIONS[name].guid}"`));
  }
});
