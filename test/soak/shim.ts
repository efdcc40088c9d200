import { readdir, readFile } from 'node:fs/promises';
import { statFields } from '@capsule/host';
import type { Lab } from '@capsule/testkit';
import { pathOf } from '../lab/capsulectl.ts';

export interface CellProcesses {
  /** The pid of the shim; undefined if there is none. */
  readonly shim: number | undefined;
  /** Everything in the container's cgroup: its first process, and execs. */
  readonly inside: readonly number[];
}

/** The processes of every workload, by its name, with pids as the capsule sees them. */
export async function processesOfCells(lab: Lab): Promise<ReadonlyMap<string, CellProcesses>> {
  const pids = (await readdir(pathOf(lab, '/proc'))).filter((entry) => /^\d+$/.test(entry));
  const found = new Map<string, CellProcesses>();
  const of = (name: string) => found.get(name) ?? { shim: undefined, inside: [] };
  for (const pid of pids.map(Number)) {
    const [cgroup, line] = await Promise.all([read(lab, pid, 'cgroup'), read(lab, pid, 'cmdline')]);
    const cell = /\/kukeon\/main\/default\/default\/([^/\s]+)\//.exec(`${cgroup}/`)?.[1];
    const shim = /containerd-shim.*\0-id\0default_default_(.+?)_\1\0/.exec(line)?.[1];
    if (shim !== undefined) found.set(shim, { ...of(shim), shim: pid });
    else if (cell !== undefined && line !== '') {
      found.set(cell, { ...of(cell), inside: [...of(cell).inside, pid] });
    }
  }
  return found;
}

/** Kills a process of the capsule with SIGKILL. Returns false if the process does not exist. */
export async function killInside(lab: Lab, pid: number): Promise<boolean> {
  const { exitCode } = await lab.exec(['sh', '-c', `kill -9 ${pid} 2>&-`], { allow: [0, 1] });
  return exitCode === 0;
}

/** The pid, parent, state, cgroup and command line of each process, one line each, for failure messages. */
export async function describeProcesses(lab: Lab): Promise<readonly string[]> {
  const pids = (await readdir(pathOf(lab, '/proc'))).filter((entry) => /^\d+$/.test(entry));
  return Promise.all(
    pids.map(Number).map(async (pid) => {
      const [stat, cgroup, line] = await Promise.all(
        ['stat', 'cgroup', 'cmdline'].map((file) => read(lab, pid, file)),
      );
      const [state, parent] = statFields(stat ?? '');
      const cell = /\/kukeon\/\S+/.exec(cgroup ?? '')?.[0] ?? '-';
      return [pid, parent, state, cell, (line ?? '').replaceAll('\0', ' ')].join(' ');
    }),
  );
}

/** Empty for a process that has just ended. */
async function read(lab: Lab, pid: number, file: string): Promise<string> {
  return readFile(pathOf(lab, `/proc/${pid}/${file}`), 'utf8').catch(
    (failure: NodeJS.ErrnoException) => {
      if (failure.code === 'ENOENT' || failure.code === 'ESRCH') return '';
      throw failure;
    },
  );
}
