import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEW_DISK_GUID, PARTITIONS, type PartitionName } from '@capsule/core';
import { type GptPartition, type GptTable, lastUsableSector } from '@capsule/host';
import { planTable } from './plan-table.ts';

const NAMES: readonly PartitionName[] = ['esp', 'slot_a', 'slot_b', 'perm'];
const IMAGE_SECTORS = 34_850;
const DISK_SECTORS = 90_001;

const image: GptTable = {
  diskGuid: NEW_DISK_GUID,
  partitions: NAMES.map((name, index) => ({
    number: index + 1,
    ...PARTITIONS[name],
    name,
    firstSector: 2048 + index * 8192,
    lastSector: 2048 + index * 8192 + 8191,
  })),
};

/** Draws other identities each time. */
function counter(): () => string {
  let drawn = 0;
  return () => {
    drawn += 1;
    return `drawn-${drawn}`;
  };
}

function planned(table: GptTable, sectors = DISK_SECTORS, isWhole = true): GptTable {
  const wanted = planTable({ table, isWhole }, sectors, counter());
  assert.ok(wanted !== undefined);
  return wanted;
}

test('a new disk gets an identity of its own, and its last partition reaches the end', () => {
  const wanted = planned(image);
  assert.match(wanted.diskGuid, /^drawn/);
  const guids = wanted.partitions.map(({ guid }) => guid);
  assert.equal(new Set([wanted.diskGuid, ...guids]).size, 5);
  assert.deepEqual([guids[1], guids[2]], [PARTITIONS.slot_a.guid, PARTITIONS.slot_b.guid]);
  const last = wanted.partitions.at(-1);
  assert.ok(last !== undefined && last.lastSector <= lastUsableSector(DISK_SECTORS));
  assert.ok(last.lastSector > lastUsableSector(DISK_SECTORS) - 8);
  assert.deepEqual(
    wanted.partitions.slice(0, 3).map(({ lastSector }) => lastSector),
    [10_239, 18_431, 26_623],
  );
});

test('a disk that has its table is left alone', () => {
  const table = planned(image);
  assert.equal(planTable({ table, isWhole: true }, DISK_SECTORS, counter()), undefined);
});

test('a disk that has grown keeps its identity', () => {
  const table = planned(image);
  const wanted = planned(table, DISK_SECTORS * 2);
  assert.equal(wanted.diskGuid, table.diskGuid);
  assert.deepEqual(
    wanted.partitions.map(({ guid }) => guid),
    table.partitions.map(({ guid }) => guid),
  );
  assert.ok((wanted.partitions.at(-1)?.lastSector ?? 0) > DISK_SECTORS);
});

test('a disk with one damaged copy gets both again', () => {
  const table = planned(image);
  assert.deepEqual(planned(table, DISK_SECTORS, false), table);
});

test('an image on a disk of its own size does not grow', () => {
  const wanted = planned(image, IMAGE_SECTORS);
  assert.ok((wanted.partitions.at(-1)?.lastSector ?? 0) <= lastUsableSector(IMAGE_SECTORS));
});

const FOREIGN: GptPartition = {
  number: 9,
  type: '0fc63daf-8483-4772-8e79-3d69d8477de4',
  guid: '7c1e9a52-4f0d-4f3b-9b5e-2a6c8d1f0e3a',
  name: 'backup',
  firstSector: 34,
  lastSector: 2047,
  flags: '8000000000000000',
};

test('a partition of the operator stays as it is, and keeps its number', () => {
  const table = planned(image);
  const grown = planned({ ...table, partitions: [...table.partitions, FOREIGN] }, DISK_SECTORS * 2);
  assert.deepEqual(grown.partitions.at(-1), FOREIGN);
  assert.ok((grown.partitions.at(3)?.lastSector ?? 0) > DISK_SECTORS);
});

test('the partition for data does not grow over another one', () => {
  const table = planned(image);
  const perm = table.partitions.at(-1)?.lastSector ?? 0;
  const behind = { ...FOREIGN, firstSector: perm + 1, lastSector: perm + 2048 };
  const both = { ...table, partitions: [...table.partitions, behind] };
  assert.equal(planTable({ table: both, isWhole: true }, DISK_SECTORS * 2, counter()), undefined);
});

test('a disk that has lost its last sectors gets no copy of the table over its data', () => {
  const table = planned(image);
  const seen = { table, isWhole: false };
  assert.equal(planTable(seen, DISK_SECTORS - 8, counter()), undefined);
});
