import { readdir, readFile } from 'node:fs/promises';
import type { Lab } from '@capsule/testkit';
import { pathOf } from './capsulectl.ts';

/**
 * The processes of workloads: the cgroups that contain processes, and the shims and log writers, by their
 * command lines.
 */
export async function runningProcesses(lab: Lab): Promise<readonly string[]> {
  const pids = (await readdir(pathOf(lab, '/proc'))).filter((name) => /^\d+$/.test(name));
  const seen = await Promise.all(
    pids.map(async (pid) => {
      const [line, cgroup] = await Promise.all([
        read(lab, pid, 'cmdline'),
        read(lab, pid, 'cgroup'),
      ]);
      const words = line.replaceAll('\0', ' ').trim();
      const own = /\/kukeon\/\S+/.exec(cgroup)?.[0];
      if (own !== undefined) return [own];
      return /containerd-shim|capsule-log/.test(words) ? [words] : [];
    }),
  );
  return [...new Set(seen.flat())];
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
