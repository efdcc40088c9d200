import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { unlessMissing } from '@capsule/host';
import { microVmError } from '../errors.ts';
import { endProcess, markProcess } from './process-mark.ts';

const LOOKS = 1000;
const LOOK_AGAIN_MS = 5;
/** The error of a cgroup file that was removed while it is open. */
const GONE = ['ENODEV'];

/**
 * Kills all processes in a machine's cgroups, which the files are those to join by. This includes processes
 * that were started just before capsuled died and are in no record. Fails with `MICROVM_PROCESS_LEFT`.
 * Idempotent.
 */
export async function emptyCgroup(cgroupFiles: readonly string[]): Promise<void> {
  for (const file of cgroupFiles) await empty(file);
}

async function empty(file: string): Promise<void> {
  for (let look = 0; ; look += 1) {
    const pids = await members(file);
    const [pid] = pids;
    if (pid === undefined) return;
    // Its processes start others as fast as they are killed.
    if (look === LOOKS) throw microVmError.PROCESS_LEFT({ pid });
    // Where the kernel can (cgroup v2, 5.14), it kills all at once, with the processes that they start
    // meanwhile.
    await unlessMissing(writeFile(join(dirname(file), 'cgroup.kill'), '1', { flag: 'r+' }), GONE);
    const marks = await Promise.all(pids.map(markProcess));
    await Promise.all(marks.filter((mark) => mark !== undefined).map((mark) => endProcess(mark)));
    await delay(LOOK_AGAIN_MS);
  }
}

async function members(file: string): Promise<readonly number[]> {
  const text = (await unlessMissing(readFile(file, 'utf8'), GONE)) ?? '';
  const pids = text.split('\n').filter(Boolean).map(Number);
  const alive = await Promise.all(pids.map(async (pid) => (await markProcess(pid)) !== undefined));
  return pids.filter((_, index) => alive[index]);
}
