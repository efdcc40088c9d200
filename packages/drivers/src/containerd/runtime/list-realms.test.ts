import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import type { RuntimeContext } from './context.ts';
import { listRealms } from './list-realms.ts';
import { Owners } from './owners.ts';

/** A realm with one container, whose list can be made to fail. */
function openRealm(name: string) {
  const state = { isLost: false };
  const labels = Object.fromEntries(
    ['space', 'stack', 'cell', 'container'].map((level) => [`capsule.${level}`, 'web']),
  );
  const record = { id: `id-of-${name}`, labels: { ...labels, 'capsule.realm': name } };
  const list = async () => {
    if (state.isLost) throw new ConnectError(`${name} is damaged`, Code.Internal);
    return { containers: [record] };
  };
  const tasks = { list: async () => ({ tasks: [] }) };
  const client = { realm: name, tasks, containers: { list } };
  const context = { client, owners: new Owners() } as unknown as RuntimeContext;
  return { state, context };
}

async function tasksOf(realms: readonly RuntimeContext[]) {
  return (await listRealms(realms)).map(({ ref, task }) => [ref.cell.realm, task]);
}

test('containers of a realm that cannot be listed are unknown, and no other is concerned', async () => {
  const [one, two] = [openRealm('one'), openRealm('two')];
  const realms = [one.context, two.context];
  await listRealms(realms);
  two.state.isLost = true;
  assert.deepEqual(await tasksOf(realms), [
    ['one', 'none'],
    ['two', 'unknown'],
  ]);
});

test('a realm that was never listed fails the list', async () => {
  const [one, two] = [openRealm('one'), openRealm('two')];
  two.state.isLost = true;
  await assert.rejects(listRealms([one.context, two.context]), /two is damaged/);
});

test('the list fails when no realm can be listed', async () => {
  const one = openRealm('one');
  await listRealms([one.context]);
  one.state.isLost = true;
  await assert.rejects(listRealms([one.context]), /one is damaged/);
});
