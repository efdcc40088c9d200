import type { BootEntry, SlotName } from '../resource/slot/boot-entry.ts';

/** The boot disk, as an update needs it. */
export interface SlotsSeen {
  /** The entry that the machine was booted from, with its present counter. */
  readonly running: BootEntry;
  /** All entries on the ESP. */
  readonly entries: readonly BootEntry[];
  readonly slotBytes: Readonly<Record<SlotName, number>>;
  readonly espFreeBytes: number;
}

/** Content that is written as a whole, or not at all: it must have this size and hash. */
export interface SlotContent {
  readonly bytes: number;
  /** Lower-case hexadecimal digits of SHA-256. */
  readonly sha256: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * The two slots of the boot disk and the choice between them. Every call that changes something returns when the
 * change is on the disk. A power cut finds each rename done, or not begun.
 */
export interface BootSlots {
  /** Fails with `SLOT_UNREADABLE`. */
  read(): Promise<SlotsSeen>;
  /** Renames the file of an entry. Idempotent. Fails with `SLOT_WRITE_FAILED`. */
  rename(from: BootEntry, to: BootEntry): Promise<void>;
  /** Idempotent. Fails with `SLOT_WRITE_FAILED`. */
  remove(entry: BootEntry): Promise<void>;
  /**
   * Writes the root of a slot that no entry boots, and reads it back. Fails with `SLOT_CONTENT_DIFFERS` or
   * `SLOT_WRITE_FAILED`.
   */
  writeRoot(slot: SlotName, content: SlotContent, signal?: AbortSignal): Promise<void>;
  /**
   * Writes a kernel image beside the entries, where the boot loader ignores it, and reads it back. Fails as
   * `writeRoot` does; then nothing of the image is left.
   */
  stageKernel(content: SlotContent, signal?: AbortSignal): Promise<StagedKernel>;
  /** Removes kernel images that were staged and never chosen. Idempotent. */
  discardStaged(): Promise<void>;
}

/** A kernel image that is on the disk and that nothing boots yet. */
export interface StagedKernel {
  /** Makes it an entry, by one rename: from now on the boot loader chooses among it and the others. */
  choose(entry: BootEntry): Promise<void>;
}
