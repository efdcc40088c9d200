import { readdirSync, readFileSync } from 'node:fs';
import { atOnceUnlessMissing } from '../file/at-once-unless-missing.ts';

/** One process, as `/proc` shows it. */
export interface ProcEntry {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  readonly isZombie: boolean;
}

/** The pids of all processes that this one sees. */
export async function listPids(): Promise<readonly number[]> {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Undefined for a process that has ended. */
export async function readEntry(pid: number): Promise<ProcEntry | undefined> {
  const stat = await readProc(pid, 'stat');
  return stat === '' ? undefined : { pid, ...parseStat(stat) };
}

/** `pid (name) state ppid pgrp session …`: the name may hold anything (proc_pid_stat(5)). From the state on. */
export function statFields(text: string): readonly string[] {
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

export function parseStat(text: string): Omit<ProcEntry, 'pid'> {
  const [state = '', parent = '0', , session = '0'] = statFields(text);
  const isZombie = state === 'Z' || state === 'X';
  return { isZombie, parent: Number(parent), session: Number(session) };
}

/** Reads a file of a process; empty when it has ended, or is about to. */
export async function readProc(
  pid: number,
  file: 'stat' | 'cgroup' | 'environ' | 'cmdline' | 'io',
): Promise<string> {
  // For a process that is ending, the kernel refuses the read (EACCES).
  const read = () => readFileSync(`/proc/${pid}/${file}`, 'latin1');
  return atOnceUnlessMissing(read, ['ESRCH', 'EACCES']) ?? '';
}
