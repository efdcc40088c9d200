import { readFile, writeFile } from 'node:fs/promises';
import { defineErrors } from '@capsule/core';
import { unlessMissing } from '../file/unless-missing.ts';

export const sysctlError = defineErrors('SYSCTL', {
  FAILED: {
    kind: 'internal',
    message: (f: { key: string; value: string }) =>
      `sysctl ${f.key} could not be set to ${f.value}`,
    hint: 'check that /proc/sys is writable',
  },
});

/** `undefined` when this kernel has no such setting. `key` is slash separated: `net/ipv4/ip_forward`. */
export async function readSysctl(key: string): Promise<string | undefined> {
  return (await unlessMissing(readFile(`/proc/sys/${key}`, 'utf8')))?.trim();
}

/** Writes only a different value. Fails with `SYSCTL_FAILED`; returns false when there is no such setting. */
export async function writeSysctl(key: string, value: string): Promise<boolean> {
  const before = await readSysctl(key);
  if (before === undefined) return false;
  if (before === value) return true;
  try {
    await writeFile(`/proc/sys/${key}`, value);
    return true;
  } catch (cause) {
    throw sysctlError.FAILED({ key, value }, cause);
  }
}
