import { type ContainerRef, Outbox, type RuntimeEvent } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { callOptions } from '../client/call-options.ts';
import { NO_TIMEOUT } from '../client/containerd-client.ts';
import type { ContainerdConnection } from '../client/containerd-connection.ts';
import { ignoring, isLost, translateError } from '../client/rpc-error.ts';
import type { PerRealm } from '../realm/per-realm.ts';
import type { RuntimeContext } from './context.ts';
import { readLabels } from './labels.ts';
import { type ContainerEvent, EVENT_FILTERS, readEvent } from './runtime-events.ts';
import { settleEnded } from './settle-container.ts';

/**
 * Yields events of all realms from now on, by one subscription. Ends when `signal` aborts, or when containerd
 * goes away; fails with `RUNTIME_UNAVAILABLE` when containerd cannot be reached at all. containerd's events
 * carry ids only; their owners are looked up once and kept until the container is deleted. The end of a
 * container is reported after its task is removed, so its log is complete; events of other containers do not
 * wait for that.
 */
export async function* watchEvents(
  connection: ContainerdConnection,
  realms: PerRealm<RuntimeContext>,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent> {
  const leave = new AbortController();
  const ready = new Outbox<RuntimeEvent>();
  const watch = { connection, realms, ready, signal: AbortSignal.any([signal, leave.signal]) };
  const passing = passEvents(watch).finally(() => ready.close());
  // Awaited below, unless the reader leaves before.
  passing.catch(() => undefined);
  try {
    yield* ready;
    await passing;
  } catch (error) {
    if (signal.aborted || isLost(error)) return;
    throw translateError(error, connection.socketPath, signal);
  } finally {
    leave.abort();
  }
}

interface Watch {
  readonly connection: ContainerdConnection;
  readonly realms: PerRealm<RuntimeContext>;
  readonly ready: Outbox<RuntimeEvent>;
  readonly signal: AbortSignal;
}

/**
 * Passes the events of one container in order, those of several concurrently. Resolves when the stream has
 * ended and all have passed.
 */
async function passEvents(watch: Watch): Promise<void> {
  const { connection, realms } = watch;
  const failed = new AbortController();
  const signal = AbortSignal.any([watch.signal, failed.signal]);
  const passing = new Map<string, Promise<void>>();
  try {
    const filters = [...EVENT_FILTERS];
    const envelopes = connection.events.subscribe({ filters }, { ...NO_TIMEOUT, signal });
    for await (const envelope of envelopes) {
      const event = readEvent(envelope);
      const context = realms.in(envelope.namespace);
      if (event === undefined || context === undefined) continue;
      const container = `${envelope.namespace}/${event.id}`;
      const before = passing.get(container) ?? Promise.resolve();
      const passed = before
        .then(() => passEvent(context, event, watch))
        .catch((error: unknown) => failed.abort(error))
        .finally(() => {
          if (passing.get(container) === passed) passing.delete(container);
        });
      passing.set(container, passed);
    }
    await Promise.all(passing.values());
  } catch (error) {
    throw failed.signal.aborted ? failed.signal.reason : error;
  }
}

async function passEvent(
  context: RuntimeContext,
  event: ContainerEvent,
  { ready, signal }: Pick<Watch, 'ready' | 'signal'>,
): Promise<void> {
  const owner = await findOwner(context, event, signal);
  if (owner === undefined) return;
  if (event.kind === 'exited') await settleEnded(context, event.id);
  void ready.push(describeEvent(event, owner));
}

async function findOwner(
  { client, owners }: RuntimeContext,
  { id, kind }: ContainerEvent,
  signal: AbortSignal,
): Promise<ContainerRef | undefined> {
  const known = owners.get(id);
  if (kind === 'deleted') owners.delete(id);
  if (known !== undefined || kind === 'deleted') return known;
  const answer = await ignoring(Code.NotFound, client.containers.get({ id }, callOptions(signal)));
  const labels = answer?.container && readLabels(answer.container.labels, client.realm);
  if (labels === undefined) return undefined;
  owners.set(id, labels.ref);
  return labels.ref;
}

function describeEvent({ kind, exitCode, at }: ContainerEvent, ref: ContainerRef): RuntimeEvent {
  return { ref, kind, at, ...(exitCode === undefined ? {} : { exitCode }) };
}
