import { readdir, readFile } from 'node:fs/promises';
import type { Lab } from '@capsule/testkit';
import { pathOf } from './capsulectl.ts';

/** Processes of workloads, and the shims and log writers that serve them: their command lines. */
export async function runningProcesses(lab: Lab): Promise<readonly string[]> {
  const pids = (await readdir(pathOf(lab, '/proc'))).filter((name) => /^\d+$/.test(name));
  const seen = await Promise.all(
    pids.map(async (pid) => {
      const [line, cgroup] = await Promise.all([
        read(lab, pid, 'cmdline'),
        read(lab, pid, 'cgroup'),
      ]);
      const words = line.replaceAll('\0', ' ').trim();
      const isOfWorkload = cgroup.includes('/kukeon/');
      const serves = /containerd-shim|capsule-log/.test(words);
      return isOfWorkload || serves ? [words] : [];
    }),
  );
  return seen.flat();
}

/** Empty for a process that has just ended. */
async function read(lab: Lab, pid: string, file: string): Promise<string> {
  return readFile(pathOf(lab, `/proc/${pid}/${file}`), 'utf8').catch(
    (failure: NodeJS.ErrnoException) => {
      if (failure.code === 'ENOENT' || failure.code === 'ESRCH') return '';
      throw failure;
    },
  );
}
