import { setTimeout as delay } from 'node:timers/promises';
import {
  connectCapsule,
  DesiredState,
  type Workload,
  type WorkloadWatchResponse,
} from '@capsule/api';
import type { PublishedPort } from './published-port.ts';

const RETRY_MS = 500;

/**
 * The set of published ports of a capsule, now and after each change, for as long as `signal` is
 * not aborted. While the capsule's API does not answer, the last set stands.
 */
export async function* watchPublished(
  target: string,
  signal: AbortSignal,
): AsyncGenerator<readonly PublishedPort[]> {
  await using client = connectCapsule(target);
  while (!signal.aborted) {
    try {
      yield* publishedBy(client.workload.watch({}, { signal }));
    } catch (error) {
      if (signal.aborted) return;
      if ((error as { kind?: string }).kind !== 'unavailable') throw error;
    }
    await delay(RETRY_MS, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
  }
}

/** Turns the messages of a watch into sets; nothing is told before the first set is complete. */
export async function* publishedBy(
  messages: AsyncIterable<WorkloadWatchResponse>,
): AsyncGenerator<readonly PublishedPort[]> {
  const ports = new Map<string, readonly PublishedPort[]>();
  let synced = false;
  for await (const { workload, deleted, synced: complete } of messages) {
    synced ||= complete;
    if (workload !== undefined) {
      if (deleted) ports.delete(workload.name);
      else ports.set(workload.name, publishedOf(workload));
    }
    if (synced) yield [...ports.values()].flat();
  }
}

function publishedOf(workload: Workload): readonly PublishedPort[] {
  if (workload.desiredState === DesiredState.STOPPED) return [];
  const mappings = workload.container?.ports ?? workload.microVm?.ports ?? [];
  return mappings.map(({ hostPort, protocol }) => ({
    port: hostPort,
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
  }));
}
