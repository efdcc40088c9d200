import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { run } from '@capsule/host';
import type { BootReport } from '../boot/read-boot-report.ts';
import { diskError } from './errors.ts';
import { selectedEntry } from './loader-entry.ts';
import type { BootDisk } from './prepare-storage.ts';
import { removeRecovered, repairEsp } from './repair-esp.ts';
import { versionIn } from './version-in.ts';

const REPORT = '/run/capsule/boot.json';
const ESP = '/run/capsule/esp';
const BOARD = '/etc/capsule/board';

/** Mounts the ESP and writes where the slots are, for capsuled, which writes updates there. */
export async function reportBoot(
  { name, devices }: BootDisk,
  say: (text: string) => void,
): Promise<void> {
  const entry = await selectedEntry();
  if (entry === undefined) throw diskError.NO_ENTRY({});
  // A report without an ESP still lets the machine reboot, and says which disk it is about.
  const [mounted] = await Promise.allSettled([mountEsp(devices.esp, say)]);
  const report: BootReport = {
    generation: entry.generation,
    esp: ESP,
    slots: { slot_a: devices.slot_a, slot_b: devices.slot_b },
    disk: `/dev/${name}`,
    board: (await readFile(BOARD, 'utf8')).trim(),
    version: versionIn(await readFile('/proc/cmdline', 'utf8')),
  };
  await mkdir(dirname(REPORT), { recursive: true });
  await writeFile(`${REPORT}.new`, JSON.stringify(report));
  await rename(`${REPORT}.new`, REPORT);
  if (mounted.status === 'rejected') throw mounted.reason;
}

async function mountEsp(device: string, say: (text: string) => void): Promise<void> {
  // The machine runs without a repair, and an ESP that cannot be mounted is a failure below.
  await repairEsp(device, say).catch((error) => say(`the ESP is not repaired: ${error}`));
  await mkdir(ESP, { recursive: true, mode: 0o700 });
  await run('mount', ['-t', 'vfat', '-o', 'umask=0077,errors=remount-ro', device, ESP]);
  await removeRecovered(ESP).catch((error) => say(`recovered files stay on the ESP: ${error}`));
}
