import type { ContainerRef } from '@capsule/core';
import { containerId } from '../../oci/container-id.ts';
import type { RuntimeContext } from './context.ts';

/** Runs `work` while no other call settles or deletes the container's task. */
export async function withTaskLock<T>(
  { taskLocks }: RuntimeContext,
  ref: ContainerRef,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const release = await taskLocks.acquire(containerId(ref), signal);
  try {
    return await work();
  } finally {
    release();
  }
}
