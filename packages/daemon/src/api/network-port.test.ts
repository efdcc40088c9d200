import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { CapsuleError } from '@capsule/core';
import { NetworkPort } from './network-port.ts';

const TAKEN = new CapsuleError({ code: 'TAKEN', kind: 'unavailable', message: 'taken' });

test('a port that another program has is a problem, and is opened when it is free', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const problems: CapsuleError[] = [];
  const { promise: opened, resolve } = Promise.withResolvers<void>();
  const open = async () => {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    resolve();
    return { [Symbol.asyncDispose]: async () => void server.close() };
  };
  const describe = () => TAKEN;
  const onProblem = (one: CapsuleError) => problems.push(one);
  await using network = await new NetworkPort({ open, describe, onProblem, retryMs: 5 }).start();
  assert.equal(network.problem(), TAKEN);
  other.close();
  await opened;
  await new Promise(setImmediate);
  assert.equal(network.problem(), undefined);
  assert.deepEqual(problems, [TAKEN], 'reported once, however often it was tried');
});

test('a port that opens only after the end is closed again', async () => {
  const { promise: opening, resolve } = Promise.withResolvers<void>();
  let isClosed = false;
  const network = new NetworkPort({
    open: async () => {
      await opening;
      return {
        [Symbol.asyncDispose]: async () => {
          isClosed = true;
        },
      };
    },
    describe: () => TAKEN,
    onProblem: () => assert.fail(),
  });
  const started = network.start();
  await network[Symbol.asyncDispose]();
  resolve();
  await started;
  assert.ok(isClosed);
});
