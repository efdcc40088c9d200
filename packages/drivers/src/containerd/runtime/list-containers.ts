import type { ContainerRef, ContainerSeen } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { containerId } from '../../oci/container-id.ts';
import { callOptions } from '../client/call-options.ts';
import { ignoring } from '../client/rpc-error.ts';
import { Status } from '../gen/containerd/types/task/task_pb.ts';
import { describeContainer } from './container-seen.ts';
import type { RuntimeContext } from './context.ts';
import { readLabels } from './labels.ts';
import { settleEnded } from './settle-container.ts';
import { getTask } from './task.ts';

export async function listContainers(
  { client }: RuntimeContext,
  signal?: AbortSignal,
): Promise<readonly ContainerSeen[]> {
  // Tasks first: the end of a task is written to its record before the task is removed, so none is missed.
  const tasks = await client.tasks.list({}, callOptions(signal));
  const records = await client.containers.list({}, callOptions(signal));
  // List names a container's first process by the container's id.
  const processes = new Map(tasks.tasks.map((task) => [task.containerId || task.id, task]));
  return records.containers.flatMap(({ id, labels }) => {
    const ours = readLabels(labels, client.realm);
    return ours === undefined ? [] : [describeContainer(id, ours, processes.get(id))];
  });
}

/**
 * Settles an ended container before it reports the end, because its readers take the log for complete then. A
 * container that cannot be settled now is reported as ended too, and `settleLeft` tries again.
 */
export async function inspectContainer(
  context: RuntimeContext,
  ref: ContainerRef,
  signal?: AbortSignal,
): Promise<ContainerSeen | undefined> {
  const { client } = context;
  const id = containerId(ref);
  const { seen, task } = await look(client, id, signal);
  if (task?.status !== Status.STOPPED || seen === undefined) return seen;
  await settleEnded(context, id, signal);
  return lookAtContainer(client, id, signal);
}

/** Undefined when there is none, or capsuled did not make it. */
export async function lookAtContainer(
  client: RuntimeContext['client'],
  id: string,
  signal?: AbortSignal,
): Promise<ContainerSeen | undefined> {
  return (await look(client, id, signal)).seen;
}

async function look(client: RuntimeContext['client'], id: string, signal?: AbortSignal) {
  // Task first, as in `listContainers`.
  const task = await getTask(client, id, signal);
  const answer = await ignoring(Code.NotFound, client.containers.get({ id }, callOptions(signal)));
  const labels = answer?.container && readLabels(answer.container.labels, client.realm);
  return { task, seen: labels && describeContainer(id, labels, task) };
}
