import type { ContainerRef } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { containerId } from '../../oci/container-id.ts';
import { callOptions } from '../client/call-options.ts';
import { ignoring } from '../client/rpc-error.ts';
import { taskState } from './container-seen.ts';
import type { RuntimeContext } from './context.ts';
import { getTask } from './task.ts';

/** Freezes the cgroup, and with it every process of the container, also one that forks. */
export async function pauseContainer(
  { client }: RuntimeContext,
  ref: ContainerRef,
  signal?: AbortSignal,
): Promise<void> {
  const id = containerId(ref);
  if (taskState(await getTask(client, id, signal)) !== 'running') return;
  await ignoring(Code.NotFound, client.tasks.pause({ containerId: id }, callOptions(signal)));
}

export async function resumeContainer(
  { client }: RuntimeContext,
  ref: ContainerRef,
  signal?: AbortSignal,
): Promise<void> {
  const id = containerId(ref);
  if (taskState(await getTask(client, id, signal)) !== 'paused') return;
  await ignoring(Code.NotFound, client.tasks.resume({ containerId: id }, callOptions(signal)));
}
