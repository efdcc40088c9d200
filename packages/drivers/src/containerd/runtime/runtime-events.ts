import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { type Timestamp, timestampMs } from '@bufbuild/protobuf/wkt';
import type { RuntimeEvent } from '@capsule/core';
import { ContainerDeleteSchema } from '../gen/containerd/events/container_pb.ts';
import {
  TaskDeleteSchema,
  TaskExitSchema,
  TaskOOMSchema,
  TaskPausedSchema,
  TaskResumedSchema,
  TaskStartSchema,
} from '../gen/containerd/events/task_pb.ts';
import type { Envelope } from '../gen/containerd/types/event_pb.ts';

/** An event that is not yet matched with a workload's container. */
export interface ContainerEvent {
  readonly id: string;
  readonly kind: RuntimeEvent['kind'];
  readonly exitCode?: number;
  readonly at: number;
}

/** The filters of `Subscribe`: of all namespaces, because a realm may be made while the stream is open. */
export const EVENT_FILTERS: readonly string[] = [
  `topic~=${JSON.stringify('^/(tasks/(start|exit|oom|delete|paused|resumed)|containers/delete)$')}`,
];

/** Reads an event; undefined for one that is not about a container's first process. */
export function readEvent(envelope: Envelope): ContainerEvent | undefined {
  const { typeUrl = '', value = new Uint8Array() } = envelope.event ?? {};
  const read = READERS[typeUrl];
  return read?.(value, milliseconds(envelope.timestamp));
}

type Reader = (value: Uint8Array, at: number) => ContainerEvent | undefined;

const READERS: Readonly<Record<string, Reader>> = {
  ...reader(TaskStartSchema, (event, at) => ({ id: event.containerId, kind: 'started', at })),
  ...reader(TaskExitSchema, (event) =>
    isFirst(event)
      ? {
          id: event.containerId,
          kind: 'exited',
          exitCode: event.exitStatus,
          at: milliseconds(event.exitedAt),
        }
      : undefined,
  ),
  ...reader(TaskOOMSchema, (event, at) => ({ id: event.containerId, kind: 'oom', at })),
  ...reader(TaskDeleteSchema, (event, at) =>
    isFirst(event) ? { id: event.containerId, kind: 'changed', at } : undefined,
  ),
  ...reader(TaskPausedSchema, (event, at) => ({ id: event.containerId, kind: 'changed', at })),
  ...reader(TaskResumedSchema, (event, at) => ({ id: event.containerId, kind: 'changed', at })),
  ...reader(ContainerDeleteSchema, (event, at) => ({ id: event.id, kind: 'deleted', at })),
};

function reader<D extends DescMessage>(
  schema: D,
  describe: (event: MessageShape<D>, at: number) => ContainerEvent | undefined,
): Readonly<Record<string, Reader>> {
  return { [schema.typeName]: (value, at) => describe(fromBinary(schema, value), at) };
}

/** Processes of `exec` have an id of their own. */
function isFirst(event: { readonly id: string; readonly containerId: string }): boolean {
  return event.id === '' || event.id === event.containerId;
}

function milliseconds(time: Timestamp | undefined): number {
  return time === undefined ? Date.now() : timestampMs(time);
}
