import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { removeTask } from './task.ts';

/** An answer of containerd, as it passes the end of a shim on. */
function lost(): ConnectError {
  const error = new ConnectError('failed to delete task: ttrpc: closed', Code.Unknown);
  return Object.assign(error, { isWireError: true });
}

/** A containerd whose shim dies amid each call, a number of times. */
function clientThatLoses(times: number) {
  let left = times;
  const calls: string[] = [];
  const call = (name: string) => async () => {
    calls.push(name);
    if (left-- > 0) throw lost();
    return {};
  };
  const tasks = { kill: call('kill'), wait: call('wait'), delete: call('delete') };
  const client = { tasks, namespace: 'kukeon-nowhere', socketPath: '/nowhere/containerd.sock' };
  return { client: client as unknown as ContainerdClient, calls };
}

test('a task is removed although its shim dies amid the removal', async () => {
  const { client, calls } = clientThatLoses(3);
  await removeTask(client, 'one');
  assert.deepEqual(calls, ['kill', 'wait', 'delete', 'delete']);
});

test('another failure of a removal is no reason to try again', async () => {
  const { client, calls } = clientThatLoses(0);
  const refused = Object.assign(new ConnectError('no', Code.Internal), { isWireError: true });
  Object.assign(client.tasks, { delete: async () => Promise.reject(refused) });
  await assert.rejects(removeTask(client, 'one'), refused);
  assert.deepEqual(calls, ['kill', 'wait']);
});
