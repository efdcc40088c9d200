import { setTimeout as delay } from 'node:timers/promises';
import type { CellId } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { ignoring } from '../client/rpc-error.ts';
import { until } from '../client/until.ts';
import { parseStopSignal } from '../image/stop-signal.ts';
import { containerId } from './container-id.ts';
import { taskState } from './container-seen.ts';
import type { RuntimeContext } from './context.ts';
import { readLabels } from './labels.ts';
import { getTask, killTask, removeTask, waitForExit } from './task.ts';

export interface Stop {
  readonly cell: CellId;
  readonly container: string;
  readonly graceMs: number;
}

const SIGKILL = 9;

/**
 * Asks, waits, kills. The ended task stays, with its exit code, until the next start or removal.
 * Aborting ends the wait; what was asked to end may then still be running.
 */
export async function stopContainer(
  { client }: RuntimeContext,
  { cell, container, graceMs }: Stop,
  signal?: AbortSignal,
): Promise<void> {
  const containerIdentity = containerId(cell, container);
  const [answer, task] = await Promise.all([
    ignoring(Code.NotFound, client.containers.get({ id: containerIdentity }, until(signal))),
    getTask(client, containerIdentity, signal),
  ]);
  const state = taskState(task);
  if (state === 'none' || state === 'stopped') return;
  if (state === 'created' || state === 'unknown') return removeTask(client, containerIdentity);
  const stopSignal = readLabels(answer?.container?.labels ?? {})?.stopSignal ?? '';
  const exit = waitForExit(client, containerIdentity, graceMs);
  await killTask(client, containerIdentity, { signal: parseStopSignal(stopSignal), all: false });
  if (await endsWithin(graceMs, exit, signal)) return;
  await killTask(client, containerIdentity, { signal: SIGKILL, all: true });
  await exit;
}

async function endsWithin(
  limitMs: number,
  exit: Promise<void>,
  signal?: AbortSignal,
): Promise<boolean> {
  using timer = new DisposableTimer(limitMs, signal);
  return await Promise.race([exit.then(() => true), timer.elapsed.then(() => false)]);
}

class DisposableTimer implements Disposable {
  readonly elapsed: Promise<void>;
  readonly #done = new AbortController();

  constructor(limitMs: number, signal?: AbortSignal) {
    const signals = [this.#done.signal, ...(signal === undefined ? [] : [signal])];
    this.elapsed = delay(limitMs, undefined, { signal: AbortSignal.any(signals) }).catch(
      (error) => {
        if (signal?.aborted) throw signal.reason;
        if (!this.#done.signal.aborted) throw error;
      },
    );
  }

  [Symbol.dispose](): void {
    this.#done.abort();
  }
}
