import { Code } from '@connectrpc/connect';
import { callOptions } from '../client/call-options.ts';
import { hasCode, ignoring } from '../client/rpc-error.ts';
import { runtimeError } from '../errors.ts';
import type { Mount } from '../gen/containerd/types/mount_pb.ts';
import type { RuntimeContext } from './context.ts';

/** Creates the writable layer of a container on top of its image; returns how to mount it. */
export async function prepareSnapshot(
  { client, snapshotter }: RuntimeContext,
  key: string,
  parent: string,
  signal?: AbortSignal,
): Promise<readonly Mount[]> {
  try {
    const made = await client.snapshots.prepare({ snapshotter, key, parent }, callOptions(signal));
    return made.mounts;
  } catch (error) {
    if (!hasCode(error, Code.NotFound)) throw error;
    const detail = `layers ${parent} are not unpacked`;
    throw runtimeError.FAILED({ action: `prepare the file system of ${key}`, detail }, error);
  }
}

/** Returns how to mount the writable layer; undefined when there is none. */
export async function findMounts(
  { client, snapshotter }: RuntimeContext,
  key: string,
  signal?: AbortSignal,
): Promise<readonly Mount[] | undefined> {
  const call = client.snapshots.mounts({ snapshotter, key }, callOptions(signal));
  return (await ignoring(Code.NotFound, call))?.mounts;
}
