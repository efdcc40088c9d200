import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FIRST = '/sys/class/watchdog/watchdog0';

/** Describes the watchdog of the machine: `i6300ESB timer, 60 s`. Empty without one that is armed. */
export async function readWatchdog(folder = FIRST): Promise<string> {
  try {
    const read = async (name: string) => (await readFile(join(folder, name), 'utf8')).trim();
    if ((await read('state')) !== 'active') return '';
    return `${await read('identity')}, ${await read('timeout')} s`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
