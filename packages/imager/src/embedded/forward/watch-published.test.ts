import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  DesiredState,
  WorkloadSchema,
  type WorkloadWatchResponse,
  WorkloadWatchResponseSchema,
} from '@capsule/api';
import { publishedBy } from './watch-published.ts';

const tell = (name: string, hostPort: number, more: object = {}): WorkloadWatchResponse =>
  create(WorkloadWatchResponseSchema, {
    workload: create(WorkloadSchema, {
      name,
      container: { ports: [{ hostPort, containerPort: 80 }] },
    }),
    ...more,
  });

const stopped = (name: string, hostPort: number): WorkloadWatchResponse => {
  const message = tell(name, hostPort);
  if (message.workload) message.workload.desiredState = DesiredState.STOPPED;
  return message;
};

const synced = create(WorkloadWatchResponseSchema, { synced: true });

async function* stream(...messages: WorkloadWatchResponse[]) {
  yield* messages;
}

const portsOf = async (...messages: WorkloadWatchResponse[]) =>
  (await Array.fromAsync(publishedBy(stream(...messages)))).map((set) =>
    set.map(({ protocol, port }) => `${protocol}/${port}`),
  );

test('says nothing before the present state is complete', async () => {
  assert.deepEqual(await portsOf(tell('a', 1), tell('b', 2)), []);
  assert.deepEqual(await portsOf(tell('a', 1), tell('b', 2), synced), [['tcp/1', 'tcp/2']]);
});

test('follows a changed port, a stop and a deletion', async () => {
  const sets = await portsOf(
    synced,
    tell('a', 1),
    tell('a', 3),
    stopped('a', 3),
    tell('b', 2),
    tell('b', 2, { deleted: true }),
  );
  assert.deepEqual(sets, [[], ['tcp/1'], ['tcp/3'], [], ['tcp/2'], []]);
});
