import { allOrFirstError, type CellId } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { removeCgroups } from '../cgroup/remove-cgroups.ts';
import { ignoring } from '../client/rpc-error.ts';
import { containerCgroup } from '../oci/oci-spec.ts';
import { containerId } from './container-id.ts';
import type { RuntimeContext } from './context.ts';
import { removeTask } from './task.ts';

/**
 * Takes everything down, in an order that a crash may interrupt anywhere: the record goes last, so
 * that as long as anything is left the container is still listed and can be removed again.
 */
export async function removeContainer(
  { client, snapshotter, cgroupRoot }: RuntimeContext,
  cell: CellId,
  container: string,
): Promise<void> {
  const id = containerId(cell, container);
  await removeTask(client, id);
  await allOrFirstError([
    ignoring(Code.NotFound, client.snapshots.remove({ snapshotter, key: id })),
    removeCgroups(cgroupRoot, containerCgroup({ cell, container, role: 'root' })),
    removeCgroups(cgroupRoot, containerCgroup({ cell, container, role: 'sibling' })),
  ]);
  await ignoring(Code.NotFound, client.containers.delete({ id }));
}
