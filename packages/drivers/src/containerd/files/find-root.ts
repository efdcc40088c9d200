import { mkdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type ContainerRef, containerCgroup, isAlive, nameOfContainer } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { containerId } from '../../oci/container-id.ts';
import type { OciSpec } from '../../oci/types.ts';
import { callOptions } from '../client/call-options.ts';
import { ignoring } from '../client/rpc-error.ts';
import { runtimeError } from '../errors.ts';
import type { Mount } from '../gen/containerd/types/mount_pb.ts';
import { taskState } from '../runtime/container-seen.ts';
import type { RuntimeContext } from '../runtime/context.ts';
import { readLabels } from '../runtime/labels.ts';
import { findMounts, prepareSnapshot } from '../runtime/snapshot.ts';
import { getTask } from '../runtime/task.ts';

/** The first arguments of capsule-files, by which it enters a container. */
export interface ContainerRoot {
  readonly args: readonly string[];
  readonly isRunning: boolean;
}

/**
 * Returns the way through the process of a running container, or through the layers of a stopped one. Fails
 * with `RUNTIME_CONTAINER_MISSING`.
 */
export async function findRoot(
  context: RuntimeContext,
  ref: ContainerRef,
  signal?: AbortSignal,
): Promise<ContainerRoot> {
  const id = containerId(ref);
  const [answer, task] = await Promise.all([
    ignoring(Code.NotFound, context.client.containers.get({ id }, callOptions(signal))),
    getTask(context.client, id, signal),
  ]);
  const labels = answer?.container && readLabels(answer.container.labels, context.client.realm);
  if (labels === undefined)
    throw runtimeError.CONTAINER_MISSING({ container: nameOfContainer(ref) });
  if (task !== undefined && isAlive(taskState(task))) {
    return { args: ['process', String(task.pid), containerCgroup(labels)], isRunning: true };
  }
  const mounts =
    (await findMounts(context, id, signal)) ??
    (await prepareSnapshot(context, id, labels.parent, signal));
  const text = Buffer.from(answer?.container?.spec?.value ?? []).toString('utf8');
  const { root } = JSON.parse(text) as OciSpec;
  const place = join(context.filesScratch, id);
  await mkdir(place, { recursive: true });
  return { args: mountArguments(mounts, place, root.readonly), isRunning: false };
}

/** With relative paths, many layers fit into the one page that the kernel takes. */
function mountArguments(mounts: readonly Mount[], place: string, isReadOnly: boolean): string[] {
  const [mount, ...more] = mounts;
  if (mount === undefined || more.length > 0) {
    throw runtimeError.FAILED({
      action: 'open the files of a container',
      detail: 'it has no single mount',
    });
  }
  const { base, options } = shorten(mount.options);
  return ['mount', mount.type, mount.source, options, base, place, isReadOnly ? 'ro' : 'rw'];
}

const FOLDERS = /^(lowerdir|upperdir|workdir)=(.*)$/;
/** Flags of the mount itself, not of the file system. */
const FLAGS = ['rw', 'ro', 'rbind', 'bind'];

function shorten(options: readonly string[]): { base: string; options: string } {
  const lower = options.find((option) => option.startsWith('lowerdir='))?.slice(9);
  const upper = options.find((option) => option.startsWith('upperdir='))?.slice(9);
  const first = lower?.split(':')[0] ?? upper;
  const base = first === undefined ? '/' : dirname(dirname(first));
  const short = options
    .filter((option) => !FLAGS.includes(option))
    .map((option) => {
      const [, key, folders] = FOLDERS.exec(option) ?? [];
      if (key === undefined || folders === undefined) return option;
      return `${key}=${folders
        .split(':')
        .map((folder) => relative(base, folder))
        .join(':')}`;
    });
  return { base, options: short.join(',') };
}
