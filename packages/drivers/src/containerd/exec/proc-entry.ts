import { readdir, readFile } from 'node:fs/promises';

/** One process, as `/proc` shows it. */
export interface ProcEntry {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  readonly isZombie: boolean;
}

/** The pids of all processes that this one sees. */
export async function listPids(): Promise<readonly number[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Undefined for a process that has ended meanwhile. */
export async function readEntry(pid: number): Promise<ProcEntry | undefined> {
  const stat = await readProc(pid, 'stat');
  return stat === '' ? undefined : { pid, ...parseStat(stat) };
}

/** `pid (name) state ppid pgrp session …`: the name may hold anything (proc_pid_stat(5)). */
export function parseStat(text: string): Omit<ProcEntry, 'pid'> {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', parent = '0', , session = '0'] = fields;
  const isZombie = state === 'Z' || state === 'X';
  return { isZombie, parent: Number(parent), session: Number(session) };
}

/** A file of a process; empty when it has ended, or is about to. */
export async function readProc(
  pid: number,
  file: 'stat' | 'cgroup' | 'environ' | 'cmdline',
): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'latin1');
  } catch (failure) {
    const { code } = failure as NodeJS.ErrnoException;
    // Of a process that is on its way out the kernel shows no more (EACCES).
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return '';
    throw failure;
  }
}

/** True for the text of `/proc/PID/cgroup` of a process in that cgroup, or below it. Paths may begin outside of the capsule. */
export function isIn(cgroups: string, cgroup: string): boolean {
  return cgroups.split('\n').some((line) => line.endsWith(cgroup) || line.includes(`${cgroup}/`));
}
