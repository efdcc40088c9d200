import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@capsule/host';

/** Of the boot sector of FAT32, with this bit while the volume is mounted (`fat_set_state` of Linux). */
const STATE_AT = 0x41;
const IS_DIRTY = 0x01;
const REPAIR_MS = 60_000;
/** Space that no file owned is a file of this name after a repair: fsck.fat(8), `-a`. */
const RECOVERED = /^FSCK\d{4}\.REC$/i;

/**
 * Repairs an ESP that a power cut left mounted: otherwise what an interrupted update had written there would occupy it
 * for ever. A repair that fails changes nothing that the boot needs.
 */
export async function repairEsp(device: string, say: (text: string) => void): Promise<void> {
  if (!(await isDirty(device))) return;
  const { exitCode, stdout } = await run('fsck.fat', ['-a', device], {
    allow: [0, 1],
    timeoutMs: REPAIR_MS,
  });
  const result = stdout.trim().split('\n').at(-1) ?? '';
  say(`${device}: ${exitCode === 0 ? 'checked' : 'repaired'}: ${result}`);
}

/** Removes the files that repairs left on a mounted ESP. */
export async function removeRecovered(esp: string): Promise<void> {
  for (const name of await readdir(esp)) {
    if (RECOVERED.test(name)) await rm(join(esp, name));
  }
}

export async function isDirty(device: string): Promise<boolean> {
  await using file = await open(device, 'r');
  const state = Buffer.alloc(1);
  await file.read(state, 0, 1, STATE_AT);
  return ((state[0] ?? 0) & IS_DIRTY) !== 0;
}
