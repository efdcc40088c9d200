import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { ContainerSeen, TaskState } from '@capsule/core';
import { type Process, Status } from '../gen/containerd/types/task/task_pb.ts';
import type { ContainerLabels } from './labels.ts';

const STATES: Readonly<Record<Status, TaskState>> = {
  [Status.UNKNOWN]: 'unknown',
  [Status.CREATED]: 'created',
  [Status.RUNNING]: 'running',
  [Status.STOPPED]: 'stopped',
  [Status.PAUSED]: 'paused',
  [Status.PAUSING]: 'paused',
};

export function taskState(process: Process | undefined): TaskState {
  return process === undefined ? 'none' : (STATES[process.status] ?? 'unknown');
}

/** Describes a record and its task as the port does. */
export function describeContainer(
  id: string,
  labels: ContainerLabels,
  process: Process | undefined,
): ContainerSeen {
  const task = taskState(process);
  const { ref, revision, imageDigest, resources } = labels;
  const seen = { id, ref, revision, imageDigest, resources, task };
  if (process === undefined) {
    return labels.ended === undefined ? seen : { ...seen, task: 'stopped', ...labels.ended };
  }
  if (task !== 'stopped') return process.pid === 0 ? seen : { ...seen, pid: process.pid };
  const exitedAt = process.exitedAt && timestampMs(process.exitedAt);
  return {
    ...seen,
    exitCode: process.exitStatus,
    ...(exitedAt === undefined ? {} : { exitedAt }),
  };
}
