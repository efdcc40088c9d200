import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { labError } from './errors.ts';

const MARKS = { capsuled: 'capsuled.cjs', containerd: '/usr/bin/containerd' } as const;

/** The host's pid of a child of a capsule's PID 1. Fails with `LAB_NO_PROCESS`. */
export async function servicePid(init: number, service: keyof typeof MARKS): Promise<number> {
  const children = await readFile(`/proc/${init}/task/${init}/children`, 'utf8');
  for (const pid of children.split(' ').filter(Boolean).map(Number)) {
    const argv = await argvOf(pid);
    if (argv.some((word) => word.endsWith(MARKS[service]))) return pid;
  }
  throw labError.NO_PROCESS({ program: service });
}

/**
 * Resolves when the process has ended and its parent has reaped it: until all of its threads have ended, its
 * sockets are still open, though it has no command line left.
 */
export async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`)) await delay(1);
}

/** Empty for a process that is gone or a zombie. */
async function argvOf(pid: number): Promise<readonly string[]> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter(Boolean);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return [];
    throw cause;
  }
}
