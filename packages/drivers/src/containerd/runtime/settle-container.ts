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
 * Records on a container how its first process ended, then removes its task with the shim and the log writer,
 * which writes the program's last line only then. Leaves a container alone that runs or has no task.
 * Idempotent.
 */
export async function settleContainer(
  { client, taskLocks, cgroupRoot }: RuntimeContext,
  id: string,
  signal?: AbortSignal,
): Promise<void> {
  // A concurrent start would create another task under the same name.
  const release = await taskLocks.acquire(id, signal);
  try {
    const task = await getTask(client, id, signal);
    if (task?.status !== Status.STOPPED) return;
    const call = client.containers.get({ id }, callOptions(signal));
    const container = (await ignoring(Code.NotFound, call))?.container;
    // A task without a record, or of another client of containerd, belongs to its creator.
    const labels = container && readLabels(container.labels, client.realm);
    if (labels === undefined) return;
    // The event may come late or never: the shim that sends it is removed with the task, and so is the
    // cgroup.
    const oomKilled = await hasOomKill(cgroupRoot, containerCgroup(labels));
    await writeEnd(client, id, { task, oomKilled });
    await removeTask(client, id);
  } finally {
    release();
  }
}

/** Settles containers that ended while no capsuled ran. Tries all, then fails with the first failure. */
export async function settleAll(context: RuntimeContext, signal?: AbortSignal): Promise<void> {
  const { tasks } = await context.client.tasks.list({}, callOptions(signal));
  const ended = tasks.filter(({ status }) => status === Status.STOPPED);
  for (const { containerId, id } of ended) context.unsettled.add(containerId || id);
  await settleLeft(context, signal);
}

/** Settles containers that could not be settled when they ended. Costs nothing where there are none. */
export async function settleLeft(context: RuntimeContext, signal?: AbortSignal): Promise<void> {
  await allOrFirstError(
    [...context.unsettled].map(async (id) => {
      await settleContainer(context, id, signal);
      context.unsettled.delete(id);
    }),
  );
}

/** Settles a container that has just ended. `settleLeft` tries again after a failure, and reports it. */
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

/** Clears the recorded end of the last task, before another one is created. */
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
