import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  DesiredState,
  WorkloadSchema,
  type WorkloadWatchResponse,
  WorkloadWatchResponseSchema,
} from '@capsule/api/wire';
import { followPublished, publishedBy } from './watch-published.ts';

const shown = (name: string, hostPort: number, more: object = {}): WorkloadWatchResponse =>
  create(WorkloadWatchResponseSchema, {
    workload: create(WorkloadSchema, {
      name,
      container: { ports: [{ hostPort, containerPort: 80 }] },
    }),
    ...more,
  });

const stopped = (name: string, hostPort: number): WorkloadWatchResponse => {
  const message = shown(name, hostPort);
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

test('yields nothing before the present state is complete', async () => {
  assert.deepEqual(await portsOf(shown('a', 1), shown('b', 2)), []);
  assert.deepEqual(await portsOf(shown('a', 1), shown('b', 2), synced), [['tcp/1', 'tcp/2']]);
});

test('follows a changed port, a stop and a deletion', async () => {
  const sets = await portsOf(
    synced,
    shown('a', 1),
    shown('a', 3),
    stopped('a', 3),
    shown('b', 2),
    shown('b', 2, { deleted: true }),
  );
  assert.deepEqual(sets, [[], ['tcp/1'], ['tcp/3'], [], ['tcp/2'], []]);
});

test('a failing API is asked again, whatever its error, and reported once', async () => {
  const leave = new AbortController();
  const lines: string[] = [];
  const storeBroken = Object.assign(new Error('the store is damaged'), { kind: 'dataLoss' });
  const away = Object.assign(new Error('no capsule'), { kind: 'unavailable' });
  const answers = [storeBroken, storeBroken, away, stream(shown('a', 1), synced)];
  const watch = () => {
    const next = answers.shift();
    if (next === undefined) leave.abort();
    if (next === undefined || next instanceof Error) throw next ?? new Error('over');
    return next;
  };
  const parts = { watch, say: (line: string) => lines.push(line), retryMs: 1 };
  const sets = await Array.fromAsync(followPublished(parts, leave.signal));
  assert.deepEqual(sets, [[{ protocol: 'tcp', port: 1 }]]);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /the store is damaged/);
});
