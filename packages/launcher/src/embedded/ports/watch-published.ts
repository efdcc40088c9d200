import { setTimeout as delay } from 'node:timers/promises';
import { connectCapsule } from '@capsule/api/node';
import {
  type Cell,
  type CellWatchResponse,
  DesiredState,
  Level,
  placeFromProto,
  type Workload,
} from '@capsule/api/wire';
import { placeKey } from '@capsule/core';
import type { PublishedPort } from './published-port.ts';

const RETRY_MS = 500;

export interface PublishedSource {
  /** `unix:/run/capsule/demo/capsuled.sock` */
  readonly target: string;
  /** One line for the launcher's log. */
  readonly say: (line: string) => void;
}

/**
 * Yields the set of published ports of a capsule, now and after each change, until `signal` is
 * aborted. While the capsule's API does not answer, or cannot, the last set stands: a store that cannot
 * be read today may be mended tomorrow.
 */
export async function* watchPublished(
  { target, say }: PublishedSource,
  signal: AbortSignal,
): AsyncGenerator<readonly PublishedPort[]> {
  await using client = connectCapsule(target);
  const watch = () => client.cell.watch({ level: Level.CELL }, { signal });
  yield* followPublished({ watch, say }, signal);
}

export interface FollowParts {
  readonly watch: () => AsyncIterable<CellWatchResponse>;
  readonly say: (line: string) => void;
  readonly retryMs?: number;
}

/** Does the same for any watch: one that ends or fails is begun again. */
export async function* followPublished(
  { watch, say, retryMs = RETRY_MS }: FollowParts,
  signal: AbortSignal,
): AsyncGenerator<readonly PublishedPort[]> {
  let printed = '';
  while (!signal.aborted) {
    try {
      for await (const ports of publishedBy(watch())) {
        printed = '';
        yield ports;
      }
    } catch (error) {
      if (signal.aborted) return;
      const isAway = (error as { kind?: string }).kind === 'unavailable';
      const line = `changes of the published ports cannot be read; the present ports stay: ${String(error)}`;
      if (!isAway && line !== printed) say(line);
      printed = isAway ? printed : line;
    }
    await delay(retryMs, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
  }
}

/** Turns the messages of a watch into sets; yields nothing before the first set is complete. */
export async function* publishedBy(
  messages: AsyncIterable<CellWatchResponse>,
): AsyncGenerator<readonly PublishedPort[]> {
  const ports = new Map<string, readonly PublishedPort[]>();
  let synced = false;
  for await (const { node, deleted, synced: complete } of messages) {
    synced ||= complete;
    if (node?.node.case === 'cell') {
      const cell = node.node.value;
      const key = placeKey(placeFromProto(cell.place));
      if (deleted) ports.delete(key);
      else ports.set(key, publishedOf(cell));
    }
    if (synced) yield [...ports.values()].flat();
  }
}

/** Flat workloads are cells, too. */
function publishedOf({ desiredState, containers }: Cell): readonly PublishedPort[] {
  if (desiredState === DesiredState.STOPPED) return [];
  const running = containers.filter((one) => one.desiredState !== DesiredState.STOPPED);
  return running.flatMap(({ spec }) => (spec === undefined ? [] : portsOf(spec)));
}

function portsOf({ container, microVm }: Workload): readonly PublishedPort[] {
  const mappings = container?.ports ?? microVm?.ports ?? [];
  return mappings.map(({ hostPort, protocol, hostAddress }) => ({
    port: hostPort,
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    ...(hostAddress !== '' && { address: hostAddress }),
  }));
}
