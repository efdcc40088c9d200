import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerRef, StopOrder } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { containerId } from '../../oci/container-id.ts';
import { parseStopSignal } from '../../oci/stop-signal.ts';
import { callOptions } from '../client/call-options.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { ignoring } from '../client/rpc-error.ts';
import { taskState } from './container-seen.ts';
import type { RuntimeContext } from './context.ts';
import { readLabels } from './labels.ts';
import { settleContainer } from './settle-container.ts';
import { getTask, killTask, removeTask, waitForExit } from './task.ts';

const SIGKILL = 9;

/**
 * Sends the stop signal, waits for the grace period, then kills. Afterwards the end is on the container's
 * record, its task is gone, and its log is complete. Aborting ends the wait; the container may still be
 * running then.
 */
export async function stopContainer(
  context: RuntimeContext,
  ref: ContainerRef,
  { graceMs, stopSignal: ordered }: StopOrder,
  signal?: AbortSignal,
): Promise<void> {
  const { client } = context;
  const id = containerId(ref);
  const [answer, task] = await Promise.all([
    ignoring(Code.NotFound, client.containers.get({ id }, callOptions(signal))),
    getTask(client, id, signal),
  ]);
  const state = taskState(task);
  if (state === 'none') return;
  if (state === 'stopped') return settleContainer(context, id, signal);
  if (state === 'created' || state === 'unknown') return removeTask(client, id);
  // A frozen process does not react to a signal.
  if (state === 'paused') await client.tasks.resume({ containerId: id }, callOptions(signal));
  const ofImage = readLabels(answer?.container?.labels ?? {}, client.realm)?.stopSignal ?? '';
  const stopSignal = ordered === '' ? ofImage : ordered;
  const ended = new AbortController();
  const ask = { id, signal: parseStopSignal(stopSignal), graceMs };
  // Concurrently, so that a failure of either is reported while the other still waits.
  await Promise.all([
    waitForExit(client, id, graceMs, signal).finally(() => ended.abort()),
    signalThenKill(client, ask, ended.signal),
  ]);
  await settleContainer(context, id, signal);
}

async function signalThenKill(
  client: ContainerdClient,
  ask: { readonly id: string; readonly signal: number; readonly graceMs: number },
  ended: AbortSignal,
): Promise<void> {
  if (ask.graceMs > 0) await killTask(client, ask.id, { signal: ask.signal, all: false });
  if (await passes(ask.graceMs, ended)) {
    await killTask(client, ask.id, { signal: SIGKILL, all: true });
  }
}

/** Resolves with true when the time has passed, with false when `ended` came first. */
async function passes(limitMs: number, ended: AbortSignal): Promise<boolean> {
  try {
    await delay(limitMs, undefined, { signal: ended });
    return true;
  } catch (error) {
    if (ended.aborted) return false;
    throw error;
  }
}
