import { createHash } from 'node:crypto';
import {
  type BootEntry,
  type BootSlots,
  parseBootEntry,
  printBootEntry,
  type SlotContent,
  type SlotName,
  type SlotsSeen,
  type StagedKernel,
} from '@capsule/core';
import { fakeError } from './fake-error.ts';

/** A boot disk in memory; `power` cuts it off before a change. */
export class FakeBootSlots implements BootSlots {
  readonly roots: Record<SlotName, string> = { slot_a: 'the first root', slot_b: '' };
  readonly kernels = new Map<string, string>();
  staged: string | undefined;
  slotBytes = 1024 * 1024;
  espFreeBytes = 1024 * 1024;
  /** Is asked before each change, and may throw. */
  power: (change: string) => void = () => undefined;
  #generation = 1;

  constructor() {
    this.kernels.set(printBootEntry({ generation: 1, slot: 'slot_a' }), 'the first kernel');
  }

  /** From now on, the machine runs from this entry. */
  boot({ generation }: BootEntry): void {
    this.#generation = generation;
  }

  async read(): Promise<SlotsSeen> {
    const entries = [...this.kernels.keys()].flatMap((name) => parseBootEntry(name) ?? []);
    const running = entries.find(({ generation }) => generation === this.#generation);
    if (running === undefined) throw fakeError('SLOT_UNREADABLE', 'unavailable', 'no such entry');
    const slotBytes = { slot_a: this.slotBytes, slot_b: this.slotBytes };
    return { running, entries, slotBytes, espFreeBytes: this.espFreeBytes };
  }

  async rename(from: BootEntry, to: BootEntry): Promise<void> {
    this.power('rename');
    const content = this.kernels.get(printBootEntry(from));
    if (content === undefined) {
      if (this.kernels.has(printBootEntry(to))) return;
      throw fakeError('SLOT_WRITE_FAILED', 'unavailable', 'no such entry');
    }
    this.kernels.delete(printBootEntry(from));
    this.kernels.set(printBootEntry(to), content);
  }

  async remove(entry: BootEntry): Promise<void> {
    this.power('remove');
    this.kernels.delete(printBootEntry(entry));
  }

  async writeRoot(slot: SlotName, content: SlotContent, signal?: AbortSignal): Promise<void> {
    this.power('root');
    this.roots[slot] = 'incomplete';
    this.roots[slot] = await take(content, signal);
  }

  async stageKernel(content: SlotContent, signal?: AbortSignal): Promise<StagedKernel> {
    this.power('stage');
    this.staged = undefined;
    const kernel = await take(content, signal);
    this.staged = kernel;
    return {
      choose: async (entry) => {
        this.power('choose');
        this.kernels.set(printBootEntry(entry), kernel);
        this.staged = undefined;
      },
    };
  }

  async discardStaged(): Promise<void> {
    this.power('discard');
    this.staged = undefined;
  }
}

async function take({ bytes, sha256, chunks }: SlotContent, signal?: AbortSignal): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    pieces.push(chunk);
  }
  const all = Buffer.concat(pieces);
  const found = createHash('sha256').update(all).digest('hex');
  if (all.length === bytes && found === sha256) return all.toString();
  throw fakeError('SLOT_CONTENT_DIFFERS', 'invalid', 'it differs');
}
