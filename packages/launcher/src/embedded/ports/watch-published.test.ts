import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  CellContainerSchema,
  CellSchema,
  type CellWatchResponse,
  CellWatchResponseSchema,
  DesiredState,
} from '@capsule/api/wire';
import { followPublished, publishedBy } from './watch-published.ts';

const container = (hostPort: number, desiredState: DesiredState = DesiredState.RUNNING) =>
  create(CellContainerSchema, {
    spec: { container: { ports: [{ hostPort, containerPort: 80 }] } },
    desiredState,
  });

function shownCell(
  cell: string,
  containers: ReturnType<typeof container>[],
  { desiredState, deleted }: { desiredState?: DesiredState; deleted?: boolean } = {},
): CellWatchResponse {
  const place = { realm: 'main', space: 'default', stack: 'default', cell };
  const value = create(CellSchema, {
    place,
    containers,
    desiredState: desiredState ?? DesiredState.RUNNING,
  });
  return create(CellWatchResponseSchema, {
    node: { node: { case: 'cell', value } },
    deleted: deleted ?? false,
  });
}

const shown = (name: string, hostPort: number, more: { readonly deleted?: boolean } = {}) =>
  shownCell(name, [container(hostPort)], more);

const stopped = (name: string, hostPort: number) =>
  shownCell(name, [container(hostPort)], { desiredState: DesiredState.STOPPED });

const synced = create(CellWatchResponseSchema, { synced: true });

async function* stream(...messages: CellWatchResponse[]) {
  yield* messages;
}

const portsOf = async (...messages: CellWatchResponse[]) =>
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

test('the ports of all containers of a cell that are to run are published', async () => {
  const cell = shownCell('a', [container(1), container(2), container(3, DesiredState.STOPPED)]);
  assert.deepEqual(await portsOf(cell, synced), [['tcp/1', 'tcp/2']]);
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
