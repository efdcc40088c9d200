import { readlink } from 'node:fs/promises';
import { listPids, readEntry, readProc, unlessMissing } from '@capsule/host';
import { Code } from '@connectrpc/connect';
import { isInCgroup } from '../../cgroup/is-in-cgroup.ts';
import { callOptions } from '../client/call-options.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { ignoring } from '../client/rpc-error.ts';
import { getTask } from '../runtime/task.ts';
import { killUntilNone } from './end-processes.ts';
import { type Found, selectProcesses } from './find-processes.ts';

/** Below it lie the cgroups of all containers. */
const ALL_CELLS = '/kukeon';

/**
 * Ends processes of a container that no shim knows: containerd that is killed while its shim starts an
 * exec takes runc along, and what runc had started by then goes on. Such a process leads a session, and
 * its parent is the shim, as that of the first process is. With the capsule's own processes in sight that
 * is true of every daemon of the workload too, and nothing is ended. Idempotent.
 */
export async function endStrays(
  client: ContainerdClient,
  containerId: string,
  signal?: AbortSignal,
): Promise<void> {
  const task = await getTask(client, containerId, signal);
  if (task === undefined || task.pid === 0) return;
  const own = await pidNamespace(task.pid);
  // With the first process all others of its namespace end.
  if (own === '' || own === (await pidNamespace('self'))) return;
  const asked = client.tasks.listPids({ containerId }, callOptions(signal));
  const { processes } = (await ignoring(Code.NotFound, asked)) ?? { processes: [] };
  const shim = (await readEntry(task.pid))?.parent;
  for (const { pid, info } of processes) {
    if (pid === task.pid || info !== undefined || shim === undefined) continue;
    const entry = await readEntry(pid);
    if (entry?.parent === shim && entry.session === pid) await killUntilNone(() => findTree(pid));
  }
}

/** A process of a cell and what it has started. */
async function findTree(leader: number): Promise<Found> {
  const entries = await Promise.all(
    (await listPids()).map(async (pid) =>
      isInCgroup(await readProc(pid, 'cgroup'), ALL_CELLS) ? await readEntry(pid) : undefined,
    ),
  );
  const candidates = entries.flatMap((entry) =>
    entry === undefined ? [] : { ...entry, isMarked: false },
  );
  return { pids: selectProcesses(candidates, leader) };
}

async function pidNamespace(process: number | 'self'): Promise<string> {
  // Of a process that is on its way out, the kernel lets nobody see more (EACCES).
  const read = readlink(`/proc/${process}/ns/pid`);
  return (await unlessMissing(read, ['ESRCH', 'EACCES'])) ?? '';
}
