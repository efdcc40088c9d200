import type { ContainerSeen } from '@capsule/core';
import type { RuntimeContext } from './context.ts';
import { listContainers } from './list-containers.ts';

/**
 * Lists the containers of all realms. A realm whose list fails concerns itself only: its containers have
 * task `unknown` then, so no caller takes them for gone. Fails when every realm fails, or one that was never
 * listed before.
 */
export async function listRealms(
  realms: readonly RuntimeContext[],
  signal?: AbortSignal,
): Promise<readonly ContainerSeen[]> {
  const lists = await Promise.allSettled(realms.map((realm) => listRealm(realm, signal)));
  const failures = lists.filter((list) => list.status === 'rejected');
  const areAllLost = failures.length === realms.length;
  return lists.flatMap((list, index) => {
    if (list.status === 'fulfilled') return list.value;
    const unseen = areAllLost ? undefined : realms[index]?.owners.unseen();
    if (unseen === undefined) throw list.reason;
    return unseen;
  });
}

async function listRealm(
  context: RuntimeContext,
  signal?: AbortSignal,
): Promise<readonly ContainerSeen[]> {
  const seen = await listContainers(context, signal);
  context.owners.replace(seen);
  return seen;
}
