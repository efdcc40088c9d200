import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Resources } from '@capsule/core';
import { unlessMissing } from '@capsule/host';
import { delegateControllers } from '../../cgroup/delegate-controllers.ts';
import { isUnified } from '../../cgroup/is-unified.ts';

const PERIOD_MICROS = 100_000;
const CONTROLLERS = ['cpu', 'cpuacct', 'memory', 'pids', 'blkio', 'freezer'];

/**
 * Makes the cgroup of a microVM in the unified hierarchy (v2) or in one for each controller (v1), and returns
 * the files by which a process joins it. Idempotent.
 */
export async function makeCgroup(root: string, path: string): Promise<readonly string[]> {
  if (await isUnified(root)) {
    await delegateControllers(root, dirname(path));
    await mkdir(join(root, path), { recursive: true });
    return [join(root, path, 'cgroup.procs')];
  }
  const present = (await readdir(root)).filter((name) => CONTROLLERS.includes(name));
  return Promise.all(
    present.map(async (controller) => {
      const folder = join(root, controller, path);
      await mkdir(folder, { recursive: true });
      return join(folder, 'cgroup.procs');
    }),
  );
}

/** Limits the processor time of all of the machine's processes; the guest enforces the other limits. */
export async function limitCgroup(root: string, path: string, limits: Resources): Promise<void> {
  const quota =
    limits.cpuMillis === undefined ? undefined : (limits.cpuMillis * PERIOD_MICROS) / 1000;
  if (await isUnified(root)) {
    await writeIfThere(join(root, path, 'cpu.max'), `${quota ?? 'max'} ${PERIOD_MICROS}`);
  } else {
    await writeIfThere(join(root, 'cpu', path, 'cpu.cfs_quota_us'), String(quota ?? -1));
  }
}

async function writeIfThere(file: string, text: string): Promise<void> {
  await unlessMissing(writeFile(file, text, { flag: 'r+' }));
}
