import { setTimeout as delay } from 'node:timers/promises';
import { Code } from '@connectrpc/connect';
import { callOptions } from '../client/call-options.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { hasCode, ignoring, isAnswer } from '../client/rpc-error.ts';
import type { Mount } from '../gen/containerd/types/mount_pb.ts';
import type { Process } from '../gen/containerd/types/task/task_pb.ts';
import { endStrayShims } from './end-stray-shims.ts';
import { removeStaleBundle, staleBundleOf } from './remove-stale-bundle.ts';

const SIGKILL = 9;
/** Processes die within milliseconds of KILL, unless the kernel holds them in a broken disk or mount. */
const DEATH_LIMIT_MS = 30_000;

/** containerd notices the end of a shim within milliseconds; these are two seconds. */
const LOST_SHIM_TRIES = 20;
const LOST_SHIM_PAUSE_MS = 100;

/** Returns the task of a container; undefined when there is none. */
export async function getTask(
  client: ContainerdClient,
  containerId: string,
  signal?: AbortSignal,
): Promise<Process | undefined> {
  const answer = await ignoring(
    Code.NotFound,
    client.tasks.get({ containerId }, callOptions(signal)),
  );
  return answer?.process;
}

export interface NewTask {
  readonly containerId: string;
  readonly rootfs: readonly Mount[];
  /** `binary://…`: the program that reads standard output and error. */
  readonly output: string;
}

/** Creates and starts the first process, and returns its pid. Leaves no task when it fails. */
export async function runTask(
  client: ContainerdClient,
  task: NewTask,
  signal?: AbortSignal,
): Promise<number> {
  try {
    return await makeTask(client, task, signal);
  } catch (error) {
    const { namespace, socketPath } = client;
    const owner = { namespace, socketPath, containerId: task.containerId };
    const bundle = staleBundleOf(error, owner);
    if (bundle === undefined) throw error;
    await removeStaleBundle(bundle, owner);
    return await makeTask(client, task, signal);
  }
}

async function makeTask(
  client: ContainerdClient,
  { containerId, rootfs, output }: NewTask,
  signal?: AbortSignal,
): Promise<number> {
  try {
    const made = await client.tasks.create(
      { containerId, rootfs: [...rootfs], stdout: output, stderr: output },
      callOptions(signal),
    );
    await client.tasks.start({ containerId }, callOptions(signal));
    return made.pid;
  } catch (error) {
    await removeTask(client, containerId);
    throw error;
  }
}

/** Sends a signal; ignores that a process has ended already. */
export async function killTask(
  client: ContainerdClient,
  containerId: string,
  kill: { readonly signal: number; readonly all: boolean; readonly execId?: string },
): Promise<void> {
  try {
    await client.tasks.kill({ containerId, ...kill });
  } catch (error) {
    // "Process already finished" has either code, depending on how far containerd has noticed the exit.
    const isOver = hasCode(error, Code.NotFound) || hasCode(error, Code.FailedPrecondition);
    if (!isOver && !isShimLost(error)) throw error;
  }
}

/** Resolves when the first process has ended, also when it ended long ago. */
export async function waitForExit(
  client: ContainerdClient,
  containerId: string,
  limitMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const timeoutMs = limitMs + DEATH_LIMIT_MS;
  const call = client.tasks.wait({ containerId }, { ...callOptions(signal), timeoutMs });
  await ignoring(Code.NotFound, call).catch((error) => {
    if (!isShimLost(error)) throw error;
  });
}

/**
 * Returns whether the shim died during the call, and all processes of the task with it: containerd passes the text of
 * ttrpc on, without a code.
 */
function isShimLost(error: unknown): boolean {
  return (
    isAnswer(error) && error.code === Code.Unknown && error.rawMessage.includes('ttrpc: closed')
  );
}

/** A shim that dies amid the call is forgotten by containerd a moment later, and its task with it. */
async function deleteTask(client: ContainerdClient, containerId: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await ignoring(Code.NotFound, client.tasks.delete({ containerId }));
      return;
    } catch (error) {
      if (!isShimLost(error) || tries === LOST_SHIM_TRIES) throw error;
      await delay(LOST_SHIM_PAUSE_MS);
    }
  }
}

/**
 * The one way to remove a task: kills all its processes, removes it, and ends a shim that containerd forgot.
 * Idempotent.
 */
export async function removeTask(client: ContainerdClient, containerId: string): Promise<void> {
  await Promise.all([
    killTask(client, containerId, { signal: SIGKILL, all: true }),
    waitForExit(client, containerId, 0),
  ]);
  await deleteTask(client, containerId);
  const { namespace, socketPath } = client;
  await endStrayShims({ namespace, containerId, socketPath });
}
