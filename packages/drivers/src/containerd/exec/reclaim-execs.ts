import { closeSync } from 'node:fs';
import { Code } from '@connectrpc/connect';
import { ignoring } from '../client/rpc-error.ts';
import { until } from '../client/until.ts';
import type { RuntimeContext } from '../runtime/context.ts';
import { killTask } from '../runtime/task.ts';
import { endStrays } from './end-strays.ts';
import type { ActiveExecs } from './exec-container.ts';
import {
  type ExecFolder,
  listFolders,
  openFifos,
  removeEmptyFolders,
  removeFolder,
} from './exec-folder.ts';
import { killSession } from './kill-session.ts';

const SIGKILL = 9;
/** Each call answers at once, unless what it speaks of goes away meanwhile; the next try knows better. */
const CALL_LIMIT_MS = 5_000;
/** Below it lie the cgroups of all containers. */
const ALL_CELLS = '/kukeon/';

/** Ends every exec that has a folder and belongs to no process that lives. Idempotent. */
export async function reclaimExecs(
  context: RuntimeContext,
  active: ActiveExecs,
  signal?: AbortSignal,
): Promise<void> {
  const folders = await listFolders(context.execRoot);
  const left = folders.filter(({ execId }) => !active.has(execId));
  const ends = await Promise.allSettled(left.map((folder) => endExec(context, folder, signal)));
  const containers = new Set(left.map(({ containerId }) => containerId));
  for (const containerId of containers) {
    // One that is being started now is not known to its shim either.
    const isStarting = [...active].some(
      ([, exec]) => exec.containerId === containerId && !exec.isStarted,
    );
    if (!isStarting) await endStrays(context.client, containerId, signal);
  }
  await removeEmptyFolders(context.execRoot);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function endExec(
  context: RuntimeContext,
  folder: ExecFolder,
  signal?: AbortSignal,
): Promise<void> {
  // A shim that opens a FIFO waits for its other end, and answers nothing about the exec until then.
  const ends = openFifos(folder);
  try {
    await endProcess(context, folder, signal);
  } finally {
    for (const fd of ends) closeSync(fd);
  }
  await removeFolder(context.execRoot, folder);
}

async function endProcess(
  { client }: RuntimeContext,
  folder: ExecFolder,
  signal?: AbortSignal,
): Promise<void> {
  const { containerId, execId } = folder;
  const limit = { ...until(signal), timeoutMs: CALL_LIMIT_MS };
  const call = client.tasks.get({ containerId, execId }, limit);
  const process = (await ignoring(Code.NotFound, call))?.process;
  if (process === undefined) return;
  // One that was made and never started has nothing to end, and would be waited for without end.
  if (process.pid > 0) {
    await killSession(process.pid, ALL_CELLS);
    await killTask(client, containerId, { execId, signal: SIGKILL, all: false });
    await ignoring(Code.NotFound, client.tasks.wait({ containerId, execId }, limit));
  }
  await ignoring(Code.NotFound, client.tasks.deleteProcess({ containerId, execId }, limit));
}
