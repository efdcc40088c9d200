import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const LOOKS = 200;
const LOOK_AGAIN_MS = 10;

/**
 * Kills a process and all that it started in its session, unless that moved to a session of its own.
 * runc makes each process it starts in a container the leader of a session. `cgroup` is the
 * container's: a process elsewhere is never ours, whatever its numbers are. Idempotent.
 */
export async function killSession(leader: number, cgroup: string): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const members = await findMembers(leader, cgroup);
    if (members.length === 0) return;
    for (const pid of members) kill(pid);
    await delay(LOOK_AGAIN_MS);
  }
}

async function findMembers(leader: number, cgroup: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const { session, state } = parseStat(await readProc(pid, 'stat'));
      if (session !== leader || state === 'Z') return [];
      return (await readProc(pid, 'cgroup')).includes(cgroup) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

/** `pid (name) state ppid pgrp session …`: the name may hold anything (proc_pid_stat(5)). */
export function parseStat(text: string): {
  readonly state: string;
  readonly parent: number;
  readonly session: number;
} {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', parent = '0', , session = '0'] = fields;
  return { state, parent: Number(parent), session: Number(session) };
}

/** Empty for a process that has ended meanwhile. */
async function readProc(pid: string, file: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'utf8');
  } catch (failure) {
    const { code } = failure as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return '';
    throw failure;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'ESRCH') throw failure;
  }
}
