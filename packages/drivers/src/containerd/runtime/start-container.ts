import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CellId, ContainerSeen } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { ignoring } from '../client/rpc-error.ts';
import { until } from '../client/until.ts';
import { runtimeError } from '../errors.ts';
import { containerId } from './container-id.ts';
import { describeContainer, taskState } from './container-seen.ts';
import type { RuntimeContext } from './context.ts';
import { type ContainerLabels, readLabels } from './labels.ts';
import { mountsOf } from './snapshot.ts';
import { describeStartError } from './start-error.ts';
import { getTask, removeTask, runTask } from './task.ts';

/** What runs stays; what ended, or was made and never started, is removed and made anew. */
export async function startContainer(
  context: RuntimeContext,
  cell: CellId,
  container: string,
  signal?: AbortSignal,
): Promise<ContainerSeen> {
  const { client } = context;
  const id = containerId(cell, container);
  const [answer, task] = await Promise.all([
    ignoring(Code.NotFound, client.containers.get({ id }, until(signal))),
    getTask(client, id, signal),
  ]);
  const labels = answer?.container && readLabels(answer.container.labels);
  if (labels === undefined) throw runtimeError.CONTAINER_MISSING({ container });
  const state = taskState(task);
  if (state === 'running' || state === 'paused') return describeContainer(id, labels, task);
  if (state !== 'none') await removeTask(client, id);
  return run(context, id, labels, signal);
}

async function run(
  context: RuntimeContext,
  id: string,
  labels: ContainerLabels,
  signal?: AbortSignal,
): Promise<ContainerSeen> {
  const [rootfs] = await Promise.all([
    mountsOf(context, id, labels.parent, signal),
    mkdir(dirname(labels.logPath), { recursive: true }),
  ]);
  const output = logUri(context.logBinary, labels.logPath);
  try {
    const pid = await runTask(context.client, { containerId: id, rootfs, output }, signal);
    return { ...describeContainer(id, labels, undefined), task: 'running', pid };
  } catch (error) {
    throw describeStartError(labels.container, error);
  }
}

/** The shim runs the program with `path` and the value as its two arguments. */
export function logUri(binary: string, path: string): string {
  return `binary://${encodeURI(binary)}?path=${encodeURIComponent(path)}`;
}
