import { allOrFirstError, type ContainerRef, containerCgroup } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { removeCgroups } from '../../cgroup/remove-cgroups.ts';
import { containerId } from '../../oci/container-id.ts';
import { ignoring } from '../client/rpc-error.ts';
import type { RuntimeContext } from './context.ts';
import { removeTask } from './task.ts';

/**
 * Removes everything of a container, in an order that a crash may interrupt anywhere: the record goes last,
 * so a container of which anything is left is still listed and can be removed again.
 */
export async function removeContainer(
  { client, snapshotter, cgroupRoot }: RuntimeContext,
  ref: ContainerRef,
): Promise<void> {
  const id = containerId(ref);
  await removeTask(client, id);
  await allOrFirstError([
    ignoring(Code.NotFound, client.snapshots.remove({ snapshotter, key: id })),
    removeCgroups(cgroupRoot, containerCgroup({ ref, role: 'root' })),
    removeCgroups(cgroupRoot, containerCgroup({ ref, role: 'sibling' })),
  ]);
  await ignoring(Code.NotFound, client.containers.delete({ id }));
}
