import { callOptions } from '../client/call-options.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { listBlobs, listSnapshots } from './list-content.ts';

/** Returns the content of a namespace for people, `2 images, 5 blobs`; empty for an empty namespace. */
export async function describeContent(
  client: ContainerdClient,
  snapshotter: string,
  signal?: AbortSignal,
): Promise<string> {
  const options = callOptions(signal);
  const [{ containers }, { images }, blobs, snapshots] = await Promise.all([
    client.containers.list({}, options),
    client.images.list({}, options),
    listBlobs(client, signal),
    listSnapshots(client, snapshotter, signal),
  ]);
  const counts = { container: containers, image: images, blob: blobs, snapshot: snapshots };
  return Object.entries(counts)
    .filter(([, { length }]) => length > 0)
    .map(([noun, { length }]) => `${length} ${noun}${length === 1 ? '' : 's'}`)
    .join(', ');
}
