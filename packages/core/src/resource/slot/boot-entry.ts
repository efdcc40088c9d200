/** One of the two partitions that hold a system: one runs, and an update is written into the other one. */
export type SlotName = 'slot_a' | 'slot_b';

export const SLOTS: readonly SlotName[] = ['slot_a', 'slot_b'];

/** The slot that is not this one. Pure. */
export function otherSlot(slot: SlotName): SlotName {
  return slot === 'slot_a' ? 'slot_b' : 'slot_a';
}

/**
 * A kernel image on the ESP. The boot loader counts the tries of an entry down in the file's name, and an entry
 * without tries is permanent: systemd.io/AUTOMATIC_BOOT_ASSESSMENT.
 */
export interface BootEntry {
  /** The entry of the highest generation boots, as long as it has tries left. */
  readonly generation: number;
  readonly slot: SlotName;
  readonly tries?: BootTries;
}

export interface BootTries {
  readonly left: number;
  readonly done: number;
}

const NAME = /^capsule_(\d{6})_(slot_[ab])(?:\+(\d{1,9})(?:-(\d{1,9}))?)?\.efi$/;
const DIGITS = 6;

/** The highest generation that a name can carry. */
export const LAST_GENERATION = 10 ** DIGITS - 1;

/** Reads a file's name below /EFI/Linux. Undefined: no entry of a capsule's. Pure. */
export function parseBootEntry(fileName: string): BootEntry | undefined {
  const [, generation, slot, left, done = '0'] = NAME.exec(fileName) ?? [];
  if (generation === undefined) return undefined;
  const entry = { generation: Number(generation), slot: slot as SlotName };
  return left === undefined
    ? entry
    : { ...entry, tries: { left: Number(left), done: Number(done) } };
}

/** Returns the file's name, the form without `-DONE` before the first try. Pure. */
export function printBootEntry({ generation, slot, tries }: BootEntry): string {
  const counted =
    tries === undefined ? '' : `+${tries.left}${tries.done > 0 ? `-${tries.done}` : ''}`;
  return `capsule_${String(generation).padStart(DIGITS, '0')}_${slot}${counted}.efi`;
}

/**
 * Returns the entry that the boot loader starts next: entries without tries left come last, then the file's name
 * decides, the highest first (sd-boot, `boot_entry_compare`). Undefined: there is no entry. Pure.
 */
export function nextBootEntry(entries: readonly BootEntry[]): BootEntry | undefined {
  return [...entries].sort(byBootOrder)[0];
}

/** Whether the boot loader has used up the tries of this entry. Pure. */
export function isSpent({ tries }: BootEntry): boolean {
  return tries?.left === 0;
}

function byBootOrder(a: BootEntry, b: BootEntry): number {
  return Number(isSpent(a)) - Number(isSpent(b)) || b.generation - a.generation;
}
