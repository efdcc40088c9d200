import type { CellId, RuntimeEvent } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { NO_TIMEOUT } from '../client/containerd-client.ts';
import { ignoring, isLost, translate } from '../client/rpc-error.ts';
import { until } from '../client/until.ts';
import type { RuntimeContext } from './context.ts';
import { readLabels } from './labels.ts';
import { type ContainerEvent, eventFilters, readEvent } from './runtime-events.ts';

/** Whose container an id is. containerd's events carry ids only. */
export interface Owner {
  readonly cell: CellId;
  readonly container: string;
}

/**
 * Events from now on. Ends when `signal` aborts, or when containerd goes away; fails with
 * `RUNTIME_UNAVAILABLE` when it cannot be reached at all. Ids are looked up once and kept in
 * `owners` until their container is deleted.
 */
export async function* watchEvents(
  context: RuntimeContext,
  owners: Map<string, Owner>,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent> {
  const { client } = context;
  const filters = eventFilters(client.namespace);
  try {
    for await (const envelope of client.events.subscribe({ filters }, { ...NO_TIMEOUT, signal })) {
      const event = readEvent(envelope);
      const owner = event && (await findOwner(context, owners, event, signal));
      if (event !== undefined && owner !== undefined) yield describeEvent(event, owner);
    }
  } catch (error) {
    if (signal.aborted || isLost(error)) return;
    throw translate(error, client.socketPath, signal);
  }
}

async function findOwner(
  { client }: RuntimeContext,
  owners: Map<string, Owner>,
  { id, kind }: ContainerEvent,
  signal: AbortSignal,
): Promise<Owner | undefined> {
  const known = owners.get(id);
  if (kind === 'deleted') owners.delete(id);
  if (known !== undefined || kind === 'deleted') return known;
  const answer = await ignoring(Code.NotFound, client.containers.get({ id }, until(signal)));
  const labels = answer?.container && readLabels(answer.container.labels);
  if (labels === undefined) return undefined;
  const owner = { cell: labels.cell, container: labels.container };
  owners.set(id, owner);
  return owner;
}

function describeEvent({ kind, exitCode, at }: ContainerEvent, owner: Owner): RuntimeEvent {
  return { ...owner, kind, at, ...(exitCode === undefined ? {} : { exitCode }) };
}
