import { create } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { allOrFirstError, containerCgroup } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { hasOomKill } from '../../cgroup/has-oom-kill.ts';
import { callOptions } from '../client/call-options.ts';
import { ignoring } from '../client/rpc-error.ts';
import { ContainerSchema } from '../gen/containerd/services/containers_pb.ts';
import { type Process, Status } from '../gen/containerd/types/task/task_pb.ts';
import type { RuntimeContext } from './context.ts';
import { ENDED_LABEL, readLabels, writeEnded } from './labels.ts';
import { getTask, removeTask } from './task.ts';

/**
 * Removes the task of a container whose first process has ended, with its shim and its log writer, which writes the last
 * line of the program only then. How it ended is on the container's record before. One that runs, or has no task, is
 * left alone. Idempotent.
 */
export async function settleContainer(
  { client, settling, cgroupRoot }: RuntimeContext,
  id: string,
  signal?: AbortSignal,
): Promise<void> {
  // A start makes another task under the same name.
  const release = await settling.acquire(id, signal);
  try {
    const task = await getTask(client, id, signal);
    if (task?.status !== Status.STOPPED) return;
    const call = client.containers.get({ id }, callOptions(signal));
    const container = (await ignoring(Code.NotFound, call))?.container;
    // One of somebody else, or without a record: whoever made it looks after it.
    const labels = container && readLabels(container.labels);
    if (labels === undefined) return;
    // The event may come late, or never: the shim that sends it goes with the task, and so does the cgroup.
    const oomKilled = await hasOomKill(cgroupRoot, containerCgroup(labels));
    await writeEnd(client, id, { task, oomKilled });
    await removeTask(client, id);
  } finally {
    release();
  }
}

/** Settles what ended while nobody looked. Fails with the first failure when all were tried. */
export async function settleAll(context: RuntimeContext, signal?: AbortSignal): Promise<void> {
  const { tasks } = await context.client.tasks.list({}, callOptions(signal));
  const ended = tasks.filter(({ status }) => status === Status.STOPPED);
  for (const { containerId, id } of ended) context.unsettled.add(containerId || id);
  await settleLeft(context, signal);
}

/** Settles what could not be settled when it ended. Costs nothing where there is none. */
export async function settleLeft(context: RuntimeContext, signal?: AbortSignal): Promise<void> {
  await allOrFirstError(
    [...context.unsettled].map(async (id) => {
      await settleContainer(context, id, signal);
      context.unsettled.delete(id);
    }),
  );
}

/** Settles a container that has ended just now; what fails is done by `settleLeft`, which reports it. */
export async function settleEnded(
  context: RuntimeContext,
  id: string,
  signal?: AbortSignal,
): Promise<void> {
  context.unsettled.add(id);
  await settleContainer(context, id, signal).then(
    () => void context.unsettled.delete(id),
    () => undefined,
  );
}

/** Forgets how the last task ended: another one is about to be made. */
export async function clearEnd({ client }: RuntimeContext, id: string): Promise<void> {
  await updateLabel(client, id, '');
}

async function writeEnd(
  client: RuntimeContext['client'],
  id: string,
  { task, oomKilled }: { readonly task: Process; readonly oomKilled: boolean },
): Promise<void> {
  const exitedAt = task.exitedAt && timestampMs(task.exitedAt);
  const end = {
    exitCode: task.exitStatus,
    ...(exitedAt === undefined ? {} : { exitedAt }),
    ...(oomKilled ? { oomKilled } : {}),
  };
  await updateLabel(client, id, writeEnded(end));
}

async function updateLabel(client: RuntimeContext['client'], id: string, text: string) {
  const container = create(ContainerSchema, { id, labels: { [ENDED_LABEL]: text } });
  const paths = [`labels.${ENDED_LABEL}`];
  await client.containers.update({ container, updateMask: { paths } });
}
