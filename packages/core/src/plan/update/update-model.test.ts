import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type BootEntry,
  nextBootEntry,
  otherSlot,
  type SlotName,
} from '../../resource/slot/boot-entry.ts';
import { judgeBoot } from './judge-boot.ts';
import {
  type ChoiceStep,
  newEntry,
  planCleaning,
  planClearing,
  planConfirm,
  planGivingUp,
  planRollback,
} from './plan-choice.ts';
import type { UpdateRecord } from './update-record.ts';

/** A machine whose content of slots is either good or bad, and whose boot loader counts. */
class Machine {
  esp: BootEntry[] = [{ generation: 1, slot: 'slot_a' }];
  good: Record<SlotName, boolean> = { slot_a: true, slot_b: false };
  running: BootEntry = { generation: 1, slot: 'slot_a' };
  update: UpdateRecord | undefined;
  bootId = 0;

  /** Whether power fails before the step with this number. */
  apply(steps: readonly ChoiceStep[], cutBefore: number): boolean {
    for (const [index, step] of steps.entries()) {
      if (index >= cutBefore) return false;
      const gone = step.kind === 'rename' ? step.from : step.entry;
      this.esp = this.esp.filter((entry) => !isSame(entry, gone));
      if (step.kind === 'rename') this.esp.push(step.to);
      if (step.kind === 'rename' && isSame(step.from, this.running)) this.running = step.to;
    }
    return steps.length < cutBefore;
  }

  push(isGood: boolean, cutBefore: number): boolean {
    const slot = otherSlot(this.running.slot);
    const entry = newEntry(this.esp, this.running.slot);
    const side = (name: SlotName) => ({ slot: name, version: '1.0.0' });
    this.update = {
      from: side(this.running.slot),
      to: side(slot),
      generation: entry.generation,
      state: 'writing',
      bootId: `${this.bootId}`,
    };
    const clearing = planClearing(this.esp, slot);
    if (!this.apply(clearing, cutBefore)) return false;
    this.good[slot] = isGood;
    this.esp.push(entry);
    if (cutBefore === clearing.length + 1) return false;
    this.update = { ...this.update, state: 'ready' };
    return true;
  }

  /** The firmware, the boot loader, and what capsuled does first. Answers with the boots that it took. */
  boot(): number {
    for (let boots = 1; ; boots++) {
      assert.ok(boots < 20, 'the machine boots for ever');
      this.bootId++;
      const chosen = nextBootEntry(this.esp);
      assert.ok(chosen, 'the machine has nothing to boot');
      const counted = count(chosen);
      this.esp = this.esp.map((entry) => (isSame(entry, chosen) ? counted : entry));
      if (!this.good[chosen.slot]) continue;
      this.running = counted;
      this.settle();
      return boots;
    }
  }

  private settle(): void {
    const { running, esp: entries, update } = this;
    const seen = { running, entries, bootId: `${this.bootId}` };
    const verdict = judgeBoot(update === undefined ? seen : { ...seen, update });
    if (update === undefined) return;
    if (verdict.kind === 'fell-back' || verdict.kind === 'cut') {
      this.update = { ...update, state: 'failed' };
      this.apply(planCleaning(this.esp), 99);
    }
    if (verdict.kind === 'trial') this.update = { ...update, state: 'trial' };
  }
}

function count(entry: BootEntry): BootEntry {
  if (entry.tries === undefined) return entry;
  const { left, done } = entry.tries;
  return { ...entry, tries: { left: Math.max(0, left - 1), done: done + 1 } };
}

function isSame(a: BootEntry, b: BootEntry): boolean {
  return a.generation === b.generation && a.slot === b.slot;
}

const cut = fc.integer({ min: 0, max: 4 });
const act = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), isGood: fc.boolean(), cut }),
  fc.record({
    kind: fc.constantFrom('confirm' as const, 'roll-back' as const, 'give-up' as const),
    cut,
  }),
  fc.record({ kind: fc.constant('power-cut' as const) }),
);

test('after any pushes, confirmations and power cuts, the machine boots, and a confirmed system is never lost', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
      const machine = new Machine();
      let confirmed: SlotName = 'slot_a';
      for (const step of acts) {
        if (step.kind === 'push') {
          // On trial, no update is accepted.
          if (machine.running.tries !== undefined) continue;
          confirmed = machine.running.slot;
          machine.push(step.isGood, step.cut);
          assert.ok(machine.good[confirmed], 'a push wrote into the slot that runs');
          machine.boot();
        } else if (step.kind === 'confirm') {
          machine.apply(planConfirm(machine.running), step.cut);
        } else if (step.kind === 'give-up') {
          machine.apply(planGivingUp(machine.running), step.cut);
          machine.boot();
        } else if (step.kind === 'roll-back') {
          machine.apply(planRollback(machine.esp, machine.running.slot), step.cut);
          machine.boot();
        } else machine.boot();
        assert.ok(machine.good[machine.running.slot]);
        assert.ok(
          machine.esp.some(({ tries }) => tries === undefined),
          'nothing is permanent',
        );
      }
    }),
    { numRuns: 2000 },
  );
});

test('a system that never comes up is given up after three tries, and the next update counts from the start', () => {
  const machine = new Machine();
  machine.push(false, 99);
  assert.equal(machine.boot(), 4);
  assert.equal(machine.running.slot, 'slot_a');
  assert.equal(machine.update?.state, 'failed');
  assert.deepEqual(machine.esp, [{ generation: 1, slot: 'slot_a' }]);
  machine.push(true, 99);
  assert.equal(machine.boot(), 1);
  assert.deepEqual(machine.running.tries, { left: 2, done: 1 });
});

test('a system on trial that gives up does not boot once more', () => {
  const machine = new Machine();
  machine.push(true, 99);
  machine.boot();
  machine.apply(planGivingUp(machine.running), 99);
  machine.boot();
  assert.equal(machine.running.slot, 'slot_a');
  assert.equal(machine.update?.state, 'failed');
  assert.deepEqual(planGivingUp(machine.running), []);
});
