import { Code } from '@connectrpc/connect';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { ignoring } from '../client/rpc-error.ts';
import { removeTask } from '../runtime/task.ts';
import { childrenFirst } from './children-first.ts';
import { listBlobs, listSnapshots } from './list-content.ts';

/**
 * Empties a namespace: first what holds content and layers, then containerd's garbage collector, which takes
 * from the disk what no other namespace has, then what the collector keeps. Idempotent.
 */
export async function clearNamespace(client: ContainerdClient, snapshotter: string): Promise<void> {
  const { tasks } = await client.tasks.list({});
  await Promise.all(tasks.map((task) => removeTask(client, task.containerId || task.id)));
  const { containers } = await client.containers.list({});
  for (const { id } of containers) {
    await ignoring(Code.NotFound, client.containers.delete({ id }));
  }
  const { images } = await client.images.list({});
  for (const { name } of images) await ignoring(Code.NotFound, client.images.delete({ name }));
  await endLeases(client);
  await removeKept(client, snapshotter);
}

const LAST = 'capsule-last';

/** The end of the last lease makes containerd collect garbage before it answers. */
async function endLeases(client: ContainerdClient): Promise<void> {
  await ignoring(Code.AlreadyExists, client.leases.create({ id: LAST }));
  const { leases } = await client.leases.list({});
  for (const { id } of leases.filter((lease) => lease.id !== LAST)) {
    await ignoring(Code.NotFound, client.leases.delete({ id }));
  }
  await ignoring(Code.NotFound, client.leases.delete({ id: LAST, sync: true }));
}

/**
 * Another client may have marked content as a root of the collector. Layers come last to the collector's turn:
 * containerd refuses to remove one whose child the collector has taken (tested with 2.1).
 */
async function removeKept(client: ContainerdClient, snapshotter: string): Promise<void> {
  for (const key of childrenFirst(await listSnapshots(client, snapshotter))) {
    await ignoring(Code.NotFound, client.snapshots.remove({ snapshotter, key }));
  }
  for (const digest of await listBlobs(client)) {
    await ignoring(Code.NotFound, client.content.delete({ digest }));
  }
}
