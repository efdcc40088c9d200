import { closeSync } from 'node:fs';
import { Code } from '@connectrpc/connect';
import { callOptions } from '../client/call-options.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { ignoring } from '../client/rpc-error.ts';
import { Status } from '../gen/containerd/types/task/task_pb.ts';
import { killTask } from '../runtime/task.ts';
import { endProcesses } from './end-processes.ts';
import {
  type ExecFolder,
  openFifos,
  readRecord,
  removeFolder,
  removeRecord,
} from './exec-folder.ts';

const SIGKILL = 9;
/** Each call returns at once, unless its container or process ends meanwhile; the next try sees that. */
const CALL_LIMIT_MS = 5_000;

export interface ExecOwner {
  readonly client: ContainerdClient;
  readonly execRoot: string;
}

/**
 * Ends an exec at any step of its life: first its processes, which needs no runtime; then the runtime's
 * memory of it; last its folder, which names a rest to the next call. Fails as containerd's calls and
 * `endProcesses` do; the folder stays then. Idempotent.
 */
export async function endExec(
  { client, execRoot }: ExecOwner,
  folder: ExecFolder,
  { leader, signal }: { readonly leader?: number; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const cgroup = await readRecord(folder);
  const { execId } = folder;
  const endAll = async (pid: number | undefined) => {
    if (cgroup !== undefined) await endProcesses({ execId, cgroup, leader: pid });
  };
  // A shim that opens a FIFO waits for the other end, and answers no call about the exec until then.
  const ends = openFifos(folder);
  try {
    await endAll(leader);
    const known = await forget(client, folder, signal);
    // The shim answers only when a start under way is over, so no process can appear later.
    await endAll(known ?? leader);
  } finally {
    for (const fd of ends) closeSync(fd);
  }
  await removeFolder(execRoot, folder);
}

/** Makes the runtime end and forget the exec. Returns the process that the runtime knew. */
async function forget(
  client: ContainerdClient,
  { containerId, execId }: ExecFolder,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const limit = { ...callOptions(signal), timeoutMs: CALL_LIMIT_MS };
  const call = client.tasks.get({ containerId, execId }, limit);
  const process = (await ignoring(Code.NotFound, call))?.process;
  if (process === undefined) return undefined;
  // An exec that was created and never started has nothing to end, and waiting for it would never return.
  if (process.pid > 0) {
    await killTask(client, containerId, { execId, signal: SIGKILL, all: false });
    await ignoring(Code.NotFound, client.tasks.wait({ containerId, execId }, limit));
  }
  await ignoring(Code.NotFound, client.tasks.deleteProcess({ containerId, execId }, limit));
  // The number of an ended process may belong to another one by now.
  const isOver = process.pid === 0 || process.status === Status.STOPPED;
  return isOver ? undefined : process.pid;
}

/**
 * Forgets an exec whose process ended by itself; processes that it left on purpose stay. Fails as `endExec`.
 */
export async function forgetExec(
  { client, execRoot }: ExecOwner,
  folder: ExecFolder,
): Promise<void> {
  await removeRecord(folder);
  const { containerId, execId } = folder;
  await ignoring(Code.NotFound, client.tasks.deleteProcess({ containerId, execId }));
  await removeFolder(execRoot, folder);
}
