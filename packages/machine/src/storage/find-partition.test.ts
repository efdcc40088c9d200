import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PARTITIONS, type PartitionName } from '@capsule/core';
import type { GptPartition } from '@capsule/host';
import { findPartition } from './find-partition.ts';

function partition(number: number, name: string, like: PartitionName): GptPartition {
  return { number, name, ...PARTITIONS[like], firstSector: number * 8, lastSector: number * 8 + 7 };
}

test('a slot is found by its GUID, whatever the partitions are called', () => {
  const swapped = [partition(2, 'slot_b', 'slot_a'), partition(3, 'slot_a', 'slot_b')];
  assert.equal(findPartition(swapped, 'slot_a')?.number, 2);
  assert.equal(findPartition(swapped, 'slot_b')?.number, 3);
  const own = { ...partition(5, 'slot_b', 'perm'), guid: '7c1e9a52-4f0d-4f3b-9b5e-2a6c8d1f0e3a' };
  assert.equal(findPartition([...swapped, own], 'slot_b')?.number, 3);
  assert.equal(findPartition([own], 'slot_b'), undefined);
});

test('the partition for data is the LVM partition with its name, not any other one', () => {
  const perm = { ...partition(7, 'perm', 'perm'), guid: '7c1e9a52-4f0d-4f3b-9b5e-2a6c8d1f0e3a' };
  const backup = { ...partition(1, 'backup', 'perm'), guid: perm.guid };
  const named = { ...partition(2, 'perm', 'slot_a'), guid: perm.guid };
  assert.equal(findPartition([backup, named, perm], 'perm'), perm);
  assert.equal(findPartition([backup, named], 'perm'), undefined);
});
