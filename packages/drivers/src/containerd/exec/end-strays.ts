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

/** The cgroups of all containers are below it. */
const ALL_CELLS = '/kukeon';

/**
 * Ends processes of a container that no shim knows. A containerd that is killed while its shim starts an exec
 * takes runc along, and a process that runc had started by then goes on. Such a process leads a session, and
 * like the first process it has the shim as its parent. In a container that shares the capsule's pid
 * namespace, every daemon of the workload looks so too, and nothing is ended. Idempotent.
 */
export async function endStrays(
  client: ContainerdClient,
  containerId: string,
  signal?: AbortSignal,
): Promise<void> {
  const task = await getTask(client, containerId, signal);
  if (task === undefined || task.pid === 0) return;
  const own = await pidNamespace(task.pid);
  // The end of the first process ends all others of its pid namespace.
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

/** Returns a process of a cell and its descendants. */
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
  // The kernel hides the namespaces of a process that is ending (EACCES).
  const read = readlink(`/proc/${process}/ns/pid`);
  return (await unlessMissing(read, ['ESRCH', 'EACCES'])) ?? '';
}
