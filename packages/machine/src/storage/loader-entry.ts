import { readFile } from 'node:fs/promises';
import { type BootEntry, parseBootEntry } from '@capsule/core';

/** Set by systemd-boot: systemd.io/BOOT_LOADER_INTERFACE. */
const SELECTED =
  '/sys/firmware/efi/efivars/LoaderEntrySelected-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';
/** Of each variable, before its value. */
const ATTRIBUTE_BYTES = 4;

/** The entry that the loader started; undefined where it was none of a capsule's. */
export async function selectedEntry(): Promise<BootEntry | undefined> {
  return parseSelected(await readFile(SELECTED));
}

/** The loader leaves out the counters of the name. Pure. */
export function parseSelected(variable: Buffer): BootEntry | undefined {
  const text = variable.toString('utf16le', ATTRIBUTE_BYTES).replace(/\0.*$/s, '');
  return parseBootEntry(text.toLowerCase());
}
