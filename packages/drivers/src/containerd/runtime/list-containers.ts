import type { CellId, ContainerSeen } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { ignoring } from '../client/rpc-error.ts';
import { until } from '../client/until.ts';
import { containerId } from './container-id.ts';
import { describeContainer } from './container-seen.ts';
import type { RuntimeContext } from './context.ts';
import { readLabels } from './labels.ts';
import { getTask } from './task.ts';

export async function listContainers(
  { client }: RuntimeContext,
  signal?: AbortSignal,
): Promise<readonly ContainerSeen[]> {
  const [records, tasks] = await Promise.all([
    client.containers.list({}, until(signal)),
    client.tasks.list({}, until(signal)),
  ]);
  // The answer of List names a container's first process by the container's id.
  const processes = new Map(tasks.tasks.map((task) => [task.containerId || task.id, task]));
  return records.containers.flatMap(({ id, labels }) => {
    const ours = readLabels(labels);
    return ours === undefined ? [] : [describeContainer(id, ours, processes.get(id))];
  });
}

export async function inspectContainer(
  { client }: RuntimeContext,
  cell: CellId,
  container: string,
  signal?: AbortSignal,
): Promise<ContainerSeen | undefined> {
  const id = containerId(cell, container);
  const [answer, task] = await Promise.all([
    ignoring(Code.NotFound, client.containers.get({ id }, until(signal))),
    getTask(client, id, signal),
  ]);
  const labels = answer?.container && readLabels(answer.container.labels);
  return labels === undefined ? undefined : describeContainer(id, labels, task);
}
