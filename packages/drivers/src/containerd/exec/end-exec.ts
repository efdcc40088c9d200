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
/** Each call answers at once, unless what it speaks of goes away meanwhile; the next try knows better. */
const CALL_LIMIT_MS = 5_000;

export interface ExecOwner {
  readonly client: ContainerdClient;
  readonly execRoot: string;
}

/**
 * Ends an exec, at whatever step of its life: first its processes, which needs no runtime; then what the runtime knows
 * of it; last its folder, by which the next call finds what this one could not do. Fails as containerd's calls do, and
 * as `endProcesses`; the folder stays then. Idempotent.
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
  // A shim that opens a FIFO waits for its other end, and answers nothing about the exec until then.
  const ends = openFifos(folder);
  try {
    await endAll(leader);
    const known = await forget(client, folder, signal);
    // The shim answers when a start that was under way is over, so there is nothing that could still begin.
    await endAll(known ?? leader);
  } finally {
    for (const fd of ends) closeSync(fd);
  }
  await removeFolder(execRoot, folder);
}

/** Has the runtime end and forget it. Returns the process that it knew. */
async function forget(
  client: ContainerdClient,
  { containerId, execId }: ExecFolder,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const limit = { ...callOptions(signal), timeoutMs: CALL_LIMIT_MS };
  const call = client.tasks.get({ containerId, execId }, limit);
  const process = (await ignoring(Code.NotFound, call))?.process;
  if (process === undefined) return undefined;
  // One that was made and never started has nothing to end, and would be waited for without end.
  if (process.pid > 0) {
    await killTask(client, containerId, { execId, signal: SIGKILL, all: false });
    await ignoring(Code.NotFound, client.tasks.wait({ containerId, execId }, limit));
  }
  await ignoring(Code.NotFound, client.tasks.deleteProcess({ containerId, execId }, limit));
  // The number of one that had ended is another's by now.
  const isOver = process.pid === 0 || process.status === Status.STOPPED;
  return isOver ? undefined : process.pid;
}

/** Forgets an exec whose process ended by itself: what that started and left on purpose stays. Fails as `endExec`. */
export async function forgetExec(
  { client, execRoot }: ExecOwner,
  folder: ExecFolder,
): Promise<void> {
  await removeRecord(folder);
  const { containerId, execId } = folder;
  await ignoring(Code.NotFound, client.tasks.deleteProcess({ containerId, execId }));
  await removeFolder(execRoot, folder);
}
