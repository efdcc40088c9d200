import {
  type BootEntry,
  isSpent,
  LAST_GENERATION,
  nextBootEntry,
  otherSlot,
  type SlotName,
} from '../../resource/slot/boot-entry.ts';

/** A change of the ESP. Each is one rename or one removal: a power cut finds it done, or not begun. */
export type ChoiceStep = RenameStep | { readonly kind: 'remove'; readonly entry: BootEntry };

interface RenameStep {
  readonly kind: 'rename';
  readonly from: BootEntry;
  readonly to: BootEntry;
}

/** How often the boot loader tries a new system before it goes back. */
export const BOOT_TRIES = 3;

/** The entry of an update: the slot that does not run, above all others. Pure. */
export function newEntry(entries: readonly BootEntry[], running: SlotName): BootEntry {
  return {
    generation: nextGeneration(entries),
    slot: otherSlot(running),
    tries: { left: BOOT_TRIES, done: 0 },
  };
}

/**
 * Before a slot is written, nothing may boot it: its entries go, those on trial and those that once were good.
 * Pure.
 */
export function planClearing(entries: readonly BootEntry[], slot: SlotName): readonly ChoiceStep[] {
  return entries.filter((entry) => entry.slot === slot).map((entry) => ({ kind: 'remove', entry }));
}

/** Makes the running entry permanent: it loses its counter. None: it has none. Pure. */
export function planConfirm(running: BootEntry): readonly ChoiceStep[] {
  const { tries, ...permanent } = running;
  return tries === undefined ? [] : [{ kind: 'rename', from: running, to: permanent }];
}

/**
 * Goes back to the other slot: its entry goes above all others, permanent as it was. None: it boots next already,
 * or there is none to go back to. Pure.
 */
export function planRollback(
  entries: readonly BootEntry[],
  running: SlotName,
): readonly ChoiceStep[] {
  const target = rollbackTarget(entries, running);
  if (target === undefined || nextBootEntry(entries) === target) return [];
  return [{ kind: 'rename', from: target, to: { ...target, generation: nextGeneration(entries) } }];
}

/** The entry to go back to: of the other slot, and confirmed once. Undefined: there is none. Pure. */
export function rollbackTarget(
  entries: readonly BootEntry[],
  running: SlotName,
): BootEntry | undefined {
  return nextBootEntry(
    entries.filter(({ slot, tries }) => slot !== running && tries === undefined),
  );
}

/** Takes its tries from the running entry, if it is on trial: the next boot starts another one. Pure. */
export function planGivingUp(running: BootEntry): readonly RenameStep[] {
  const { tries } = running;
  if (tries === undefined || tries.left === 0) return [];
  const spent = { left: 0, done: Math.max(1, tries.done) };
  return [{ kind: 'rename', from: running, to: { ...running, tries: spent } }];
}

/** After a fall-back: entries that the boot loader has given up go, and the next update counts from the start. Pure. */
export function planCleaning(entries: readonly BootEntry[]): readonly ChoiceStep[] {
  return entries.filter(isSpent).map((entry) => ({ kind: 'remove', entry }));
}

function nextGeneration(entries: readonly BootEntry[]): number {
  const highest = Math.max(0, ...entries.map(({ generation }) => generation));
  return Math.min(highest + 1, LAST_GENERATION);
}
