import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import type { BootEntry, BootSlots, SlotContent } from '@capsule/core';

const OLD: BootEntry = { generation: 1, slot: 'slot_a' };
const NEW: BootEntry = { generation: 2, slot: 'slot_b', tries: { left: 3, done: 0 } };

/** A disk that was booted from generation 1 in slot_a, with nothing else on it, and its content. */
export interface BootSlotsBench {
  readonly slots: BootSlots;
  /** Of a slot that was written, from its start. */
  root(slot: 'slot_a' | 'slot_b', bytes: number): Promise<string>;
  /** The file of an entry. */
  kernel(entry: BootEntry): Promise<string>;
}

/** The contract of every `BootSlots`. `open` returns a fresh bench. */
export function bootSlotsContract(name: string, open: () => Promise<BootSlotsBench>): void {
  suite(`boot slots contract: ${name}`, () => {
    test('the disk shows its entries, the running one and the sizes', async () => {
      const { slots } = await open();
      const seen = await slots.read();
      assert.deepEqual(seen.running, OLD);
      assert.deepEqual(seen.entries, [OLD]);
      assert.ok(seen.slotBytes.slot_a > 0 && seen.slotBytes.slot_b > 0 && seen.espFreeBytes > 0);
    });

    test('a disk without the entry that runs cannot be read', async () => {
      const { slots } = await open();
      await slots.remove(OLD);
      await assert.rejects(slots.read(), { code: 'SLOT_UNREADABLE' });
    });

    test('a root is written from the start of its slot', async () => {
      const { slots, root } = await open();
      await slots.writeRoot('slot_b', content('a new root'));
      assert.equal(await root('slot_b', 10), 'a new root');
    });

    test('content that is shorter, longer or different is refused', async () => {
      const { slots } = await open();
      const wrong = [{ bytes: 11 }, { bytes: 9 }, { sha256: '0'.repeat(64) }];
      for (const more of wrong) {
        const refused = { code: 'SLOT_CONTENT_DIFFERS' };
        await assert.rejects(slots.writeRoot('slot_b', content('a new root', more)), refused);
        await assert.rejects(slots.stageKernel(content('a new root', more)), refused);
      }
    });

    test('a kernel image boots nothing until it is chosen', async () => {
      const { slots, kernel } = await open();
      const staged = await slots.stageKernel(content('new kernel'));
      assert.deepEqual((await slots.read()).entries, [OLD]);
      await staged.choose(NEW);
      const { entries } = await slots.read();
      assert.deepEqual(entries.toSorted(byGeneration), [OLD, NEW]);
      assert.equal(await kernel(NEW), 'new kernel');
    });

    test('a kernel image that is not chosen can be discarded, more than once', async () => {
      const { slots } = await open();
      await slots.stageKernel(content('new kernel'));
      await slots.discardStaged();
      await slots.discardStaged();
      assert.deepEqual((await slots.read()).entries, [OLD]);
    });

    test('a rename and a removal can be repeated; a rename of nothing fails', async () => {
      const { slots } = await open();
      const higher = { ...OLD, generation: 3 };
      await slots.rename(OLD, higher);
      await slots.rename(OLD, higher);
      await slots.remove(higher);
      await slots.remove(higher);
      await assert.rejects(slots.rename(OLD, higher), { code: 'SLOT_WRITE_FAILED' });
    });

    test('an aborted write fails with the reason of the abort', async () => {
      const { slots } = await open();
      const signal = AbortSignal.abort(new Error('the client went away'));
      const gone = { message: 'the client went away' };
      await assert.rejects(slots.writeRoot('slot_b', content('a root'), signal), gone);
      await assert.rejects(slots.stageKernel(content('a kernel'), signal), gone);
    });
  });
}

function content(text: string, more: Partial<SlotContent> = {}): SlotContent {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes: bytes.length, sha256, chunks: chunks(), ...more };
}

function byGeneration(a: BootEntry, b: BootEntry): number {
  return a.generation - b.generation;
}
