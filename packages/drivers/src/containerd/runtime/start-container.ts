import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ContainerRef, type ContainerSeen, isAlive, nameOfContainer } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { containerId } from '../../oci/container-id.ts';
import { callOptions } from '../client/call-options.ts';
import { ignoring } from '../client/rpc-error.ts';
import { runtimeError } from '../errors.ts';
import type { Mount } from '../gen/containerd/types/mount_pb.ts';
import { describeContainer, taskState } from './container-seen.ts';
import type { RuntimeContext } from './context.ts';
import { ensureSources, readEnsuredSources } from './ensure-sources.ts';
import { type ContainerLabels, readLabels } from './labels.ts';
import { clearEnd } from './settle-container.ts';
import { findMounts, prepareSnapshot } from './snapshot.ts';
import { describeStartError } from './start-error.ts';
import { getTask, removeTask, runTask } from './task.ts';

/**
 * Starts a container. A running task stays; a task that ended, or was created and never started, is removed
 * and recreated.
 */
export async function startContainer(
  context: RuntimeContext,
  ref: ContainerRef,
  signal?: AbortSignal,
): Promise<ContainerSeen> {
  const { client } = context;
  const id = containerId(ref);
  const [answer, task, mounts] = await Promise.all([
    ignoring(Code.NotFound, client.containers.get({ id }, callOptions(signal))),
    getTask(client, id, signal),
    findMounts(context, id, signal),
  ]);
  const labels = answer?.container && readLabels(answer.container.labels, client.realm);
  if (labels === undefined)
    throw runtimeError.CONTAINER_MISSING({ container: nameOfContainer(ref) });
  const state = taskState(task);
  if (isAlive(state)) return describeContainer(id, labels, task);
  if (state !== 'none') await removeTask(client, id);
  if (labels.ended !== undefined) await clearEnd(context, id);
  // Missing after an interrupted creation: no program ever ran in it.
  const rootfs = mounts ?? (await prepareSnapshot(context, id, labels.parent, signal));
  await ensureSources(readEnsuredSources(answer?.container?.spec?.value));
  return run(context, { id, labels, rootfs }, signal);
}

interface Run {
  readonly id: string;
  readonly labels: ContainerLabels;
  readonly rootfs: readonly Mount[];
}

async function run(
  context: RuntimeContext,
  { id, labels, rootfs }: Run,
  signal?: AbortSignal,
): Promise<ContainerSeen> {
  await mkdir(dirname(labels.logPath), { recursive: true });
  const output = logUri(context.logBinary, labels.logPath);
  try {
    const pid = await runTask(context.client, { containerId: id, rootfs, output }, signal);
    const { ended: _ended, ...present } = labels;
    return { ...describeContainer(id, present, undefined), task: 'running', pid };
  } catch (error) {
    throw describeStartError(nameOfContainer(labels.ref), error);
  }
}

/** Returns the URI of a log writer; the shim runs it with `path` and the value as its two arguments. */
export function logUri(binary: string, path: string): string {
  return `binary://${encodeURI(binary)}?path=${encodeURIComponent(path)}`;
}
