import { readFile } from 'node:fs/promises';
import type { SlotName } from '@capsule/core';
import { slotError } from './errors.ts';

/** The findings of PID 1 about the disk that the machine was booted from. */
export interface BootReport {
  /** Of the entry that runs. */
  readonly generation: number;
  /** Folder in which the ESP is mounted. */
  readonly esp: string;
  readonly slots: Readonly<Record<SlotName, string>>;
  /** The disk that holds them. */
  readonly disk: string;
  /** The profile of the image. */
  readonly board: string;
  /** Of the system. */
  readonly version: string;
}

/** Undefined: the capsule runs on a system that is not its own. Fails with `SLOT_UNREADABLE`. */
export async function readBootReport(path: string): Promise<BootReport | undefined> {
  try {
    const found = JSON.parse(await readFile(path, 'utf8')) as BootReport;
    const { generation, esp, slots, disk, board, version } = found;
    const words = [esp, slots.slot_a, slots.slot_b, disk, board, version];
    const isWhole = Number.isInteger(generation) && words.every((word) => typeof word === 'string');
    if (!isWhole) throw slotError.UNREADABLE({ detail: `${path} lacks a field` });
    return found;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw slotError.UNREADABLE({ detail: `${path}: ${(cause as Error).message}` }, cause);
  }
}
