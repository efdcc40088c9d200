import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planSnapshotRoom } from './snapshot-room.ts';

const SEEN = [
  { key: 'new', sizeBytes: 40, usedAt: 3 },
  { key: 'old', sizeBytes: 30, usedAt: 1 },
  { key: 'middle', sizeBytes: 20, usedAt: 2 },
];
const ROOM = { mostBytes: 100, freeBytes: 1_000 };

test('nothing is removed while there is room', () => {
  assert.deepEqual(planSnapshotRoom(SEEN, { ...ROOM, neededBytes: 10 }), []);
});

test('snapshots go in the order of their last use, and no more than needed', () => {
  assert.deepEqual(planSnapshotRoom(SEEN, { ...ROOM, neededBytes: 11 }), ['old']);
  assert.deepEqual(planSnapshotRoom(SEEN, { ...ROOM, neededBytes: 41 }), ['old', 'middle']);
  assert.deepEqual(planSnapshotRoom(SEEN, { ...ROOM, neededBytes: 100 }), ['old', 'middle', 'new']);
});

test('a snapshot that is larger than the limit is not made, and removes none', () => {
  assert.equal(planSnapshotRoom(SEEN, { ...ROOM, neededBytes: 101 }), undefined);
});

test('snapshots leave most of a disk that is almost full to others', () => {
  const full = { mostBytes: 1_000, freeBytes: 40 };
  assert.deepEqual(planSnapshotRoom(SEEN, { ...full, neededBytes: 10 }), []);
  assert.deepEqual(planSnapshotRoom(SEEN, { ...full, neededBytes: 20 }), ['old']);
  assert.equal(planSnapshotRoom([], { ...full, neededBytes: 11 }), undefined);
});
