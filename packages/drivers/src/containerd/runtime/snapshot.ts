import { Code } from '@connectrpc/connect';
import { hasCode, ignoring } from '../client/rpc-error.ts';
import { until } from '../client/until.ts';
import { runtimeError } from '../errors.ts';
import type { Mount } from '../gen/containerd/types/mount_pb.ts';
import type { RuntimeContext } from './context.ts';

/** The writable layer of a container on top of its image; answers how to mount it. */
export async function prepareSnapshot(
  { client, snapshotter }: RuntimeContext,
  key: string,
  parent: string,
  signal?: AbortSignal,
): Promise<readonly Mount[]> {
  try {
    const made = await client.snapshots.prepare({ snapshotter, key, parent }, until(signal));
    return made.mounts;
  } catch (error) {
    if (!hasCode(error, Code.NotFound)) throw error;
    const detail = `layers ${parent} are not unpacked`;
    throw runtimeError.FAILED({ action: `prepare the file system of ${key}`, detail }, error);
  }
}

/** How to mount the writable layer; undefined when there is none. */
export async function findMounts(
  { client, snapshotter }: RuntimeContext,
  key: string,
  signal?: AbortSignal,
): Promise<readonly Mount[] | undefined> {
  const call = client.snapshots.mounts({ snapshotter, key }, until(signal));
  return (await ignoring(Code.NotFound, call))?.mounts;
}
