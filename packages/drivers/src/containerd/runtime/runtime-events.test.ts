import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { pack } from '../client/pack.ts';
import { ContainerDeleteSchema } from '../gen/containerd/events/container_pb.ts';
import {
  TaskDeleteSchema,
  TaskExitSchema,
  TaskOOMSchema,
  TaskStartSchema,
} from '../gen/containerd/events/task_pb.ts';
import { EnvelopeSchema } from '../gen/containerd/types/event_pb.ts';
import { readEvent } from './runtime-events.ts';

function read<D extends DescMessage>(schema: D, event: MessageInitShape<D>) {
  const packed = pack(schema, create(schema, event));
  return readEvent(create(EnvelopeSchema, { timestamp: timestampFromMs(5000), event: packed }));
}

test('events of the first process are read', () => {
  const containerId = 'web';
  assert.deepEqual(read(TaskStartSchema, { containerId, pid: 1 }), {
    id: 'web',
    kind: 'started',
    at: 5000,
  });
  assert.deepEqual(read(TaskOOMSchema, { containerId }), { id: 'web', kind: 'oom', at: 5000 });
  const exit = { containerId, id: 'web', exitStatus: 3, exitedAt: timestampFromMs(4000) };
  assert.deepEqual(read(TaskExitSchema, exit), {
    id: 'web',
    kind: 'exited',
    exitCode: 3,
    at: 4000,
  });
  assert.equal(read(TaskDeleteSchema, { containerId })?.kind, 'changed');
  assert.deepEqual(read(ContainerDeleteSchema, { id: 'web' }), {
    id: 'web',
    kind: 'deleted',
    at: 5000,
  });
});

test('events of exec processes are ignored', () => {
  assert.equal(
    read(TaskExitSchema, { containerId: 'web', id: 'exec-1', exitStatus: 0 }),
    undefined,
  );
  assert.equal(read(TaskDeleteSchema, { containerId: 'web', id: 'exec-1' }), undefined);
});

test('events of other kinds are ignored', () => {
  assert.equal(
    readEvent(create(EnvelopeSchema, { event: { typeUrl: 'containerd.events.Other' } })),
    undefined,
  );
  assert.equal(readEvent(create(EnvelopeSchema, {})), undefined);
});
