import { endLeftLeases } from './client/lease.ts';
import { reclaimExecs } from './exec/reclaim-execs.ts';
import { removeLeftRecords } from './image/records.ts';
import type { RuntimeContext } from './runtime/context.ts';
import { settleAll, settleLeft } from './runtime/settle-container.ts';

/** Implements `ContainerRuntime.reclaim` in one realm. */
export async function reclaim(context: RuntimeContext, signal?: AbortSignal): Promise<void> {
  const { client } = context;
  await reclaimExecs(context, signal);
  await settleAll(context, signal);
  await context.users.removeLeft();
  // Records first: the content that they name is collected with the last lease that kept it.
  await removeLeftRecords(client, signal);
  await endLeftLeases(client, signal);
}

/** Implements `ContainerRuntime.endAbandoned` in one realm. */
export async function endAbandoned(context: RuntimeContext, signal?: AbortSignal): Promise<void> {
  await reclaimExecs(context, signal);
  await settleLeft(context, signal);
}
