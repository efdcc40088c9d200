import type { CellId } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { ignoring } from '../client/rpc-error.ts';
import { until } from '../client/until.ts';
import { containerId } from './container-id.ts';
import { taskState } from './container-seen.ts';
import type { RuntimeContext } from './context.ts';
import { getTask } from './task.ts';

/** By the cgroup freezer: every process of the container stands still, also one that forks. */
export async function pauseContainer(
  { client }: RuntimeContext,
  { cell, container }: { readonly cell: CellId; readonly container: string },
  signal?: AbortSignal,
): Promise<void> {
  const id = containerId(cell, container);
  if (taskState(await getTask(client, id, signal)) !== 'running') return;
  await ignoring(Code.NotFound, client.tasks.pause({ containerId: id }, until(signal)));
}

export async function resumeContainer(
  { client }: RuntimeContext,
  { cell, container }: { readonly cell: CellId; readonly container: string },
  signal?: AbortSignal,
): Promise<void> {
  const id = containerId(cell, container);
  if (taskState(await getTask(client, id, signal)) !== 'paused') return;
  await ignoring(Code.NotFound, client.tasks.resume({ containerId: id }, until(signal)));
}
