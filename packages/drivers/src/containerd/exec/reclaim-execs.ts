import type { RuntimeContext } from '../runtime/context.ts';
import { endExec } from './end-exec.ts';
import { endStrays } from './end-strays.ts';
import { listFolders, removeEmptyFolders } from './exec-folder.ts';

/**
 * Ends every exec that has a folder and no living client. Idempotent, and cheap where nothing is left. Tries
 * all, then fails with the first failure.
 */
export async function reclaimExecs(context: RuntimeContext, signal?: AbortSignal): Promise<void> {
  const { execs: active } = context;
  const folders = await listFolders(context.execRoot);
  const left = folders.filter(({ execId }) => !active.has(execId));
  const ends = await Promise.allSettled(
    left.map((folder) => endExec(context, folder, signal && { signal })),
  );
  const containers = new Set(left.map(({ containerId }) => containerId));
  for (const containerId of containers) {
    // The shim does not know an exec yet that is being started now.
    const isStarting = [...active].some(
      ([, exec]) => exec.containerId === containerId && !exec.isStarted,
    );
    if (!isStarting) await endStrays(context.client, containerId, signal);
  }
  await removeEmptyFolders(context.execRoot);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
