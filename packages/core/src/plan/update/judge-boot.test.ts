import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BootEntry } from '../../resource/slot/boot-entry.ts';
import { judgeBoot } from './judge-boot.ts';
import type { UpdateRecord } from './update-record.ts';

const old: BootEntry = { generation: 1, slot: 'slot_a' };
const fresh: BootEntry = { generation: 2, slot: 'slot_b', tries: { left: 3, done: 0 } };
const update: UpdateRecord = {
  from: { slot: 'slot_a', version: '1.0.0' },
  to: { slot: 'slot_b', version: '1.1.0' },
  generation: 2,
  state: 'ready',
  bootId: 'before',
};

function judge(more: Partial<Parameters<typeof judgeBoot>[0]>) {
  return judgeBoot({ running: old, entries: [old, fresh], update, bootId: 'after', ...more });
}

test('a running entry with a counter is on trial, whatever the store knows', () => {
  const running = { ...fresh, tries: { left: 2, done: 1 } };
  assert.deepEqual(judge({ running }), { kind: 'trial' });
  assert.deepEqual(judgeBoot({ running, entries: [old, running], bootId: 'x' }), { kind: 'trial' });
});

test('an ended update, and one whose confirmation was under way, leave nothing to do', () => {
  assert.deepEqual(judge({ update: { ...update, state: 'confirmed' } }), { kind: 'steady' });
  const { tries: _, ...permanent } = fresh;
  assert.deepEqual(judge({ running: permanent, entries: [old, permanent] }), { kind: 'steady' });
});

test('a push that was cut before the choice differs from one that waits for its reboot', () => {
  assert.deepEqual(judge({ entries: [old], update: { ...update, state: 'writing' } }), {
    kind: 'cut',
  });
  assert.deepEqual(judge({ bootId: 'before' }), { kind: 'waiting' });
});

test('the old slot after a reboot means that the new one did not come up, and says how', () => {
  const spent = { ...fresh, tries: { left: 0, done: 3 } };
  assert.deepEqual(judge({ entries: [old, spent] }), {
    kind: 'fell-back',
    reason: 'slot_b did not come up in 3 tries',
  });
  assert.deepEqual(judge({ entries: [old, spent], left: { panic: 'no root' } }), {
    kind: 'fell-back',
    reason: 'slot_b did not come up in 3 tries: kernel panic: no root',
  });
  assert.deepEqual(judge({ entries: [old, spent], left: { reason: 'silent', panic: 'x' } }), {
    kind: 'fell-back',
    reason: 'silent',
  });
  assert.deepEqual(judge({ entries: [old] }), {
    kind: 'fell-back',
    reason: 'the entry of slot_b is no longer on the ESP',
  });
  assert.deepEqual(judge({}), {
    kind: 'fell-back',
    reason: 'the machine booted the old slot although slot_b had tries left',
  });
  const given = { ...update, reason: 'the operator did not confirm the update in time' };
  assert.deepEqual(judge({ update: given }), { kind: 'fell-back', reason: given.reason });
});
