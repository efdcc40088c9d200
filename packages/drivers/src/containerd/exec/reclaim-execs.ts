import { Code } from '@connectrpc/connect';
import { ignoring } from '../client/rpc-error.ts';
import { until } from '../client/until.ts';
import type { RuntimeContext } from '../runtime/context.ts';
import { killTask } from '../runtime/task.ts';
import type { ActiveExecs } from './exec-container.ts';
import { type ExecFolder, listFolders, removeFolder } from './exec-folder.ts';
import { killSession } from './kill-session.ts';

const SIGKILL = 9;
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
  await Promise.all(left.map((folder) => endExec(context, folder, signal)));
}

async function endExec(
  { client, execRoot }: RuntimeContext,
  folder: ExecFolder,
  signal?: AbortSignal,
): Promise<void> {
  const { containerId, execId } = folder;
  const call = client.tasks.get({ containerId, execId }, until(signal));
  const process = (await ignoring(Code.NotFound, call))?.process;
  if (process !== undefined) {
    if (process.pid > 0) await killSession(process.pid, ALL_CELLS);
    await killTask(client, containerId, { execId, signal: SIGKILL, all: false });
    await ignoring(Code.NotFound, client.tasks.wait({ containerId, execId }, until(signal)));
    await ignoring(Code.NotFound, client.tasks.deleteProcess({ containerId, execId }));
  }
  await removeFolder(execRoot, folder);
}
