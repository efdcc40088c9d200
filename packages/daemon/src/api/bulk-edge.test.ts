import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkloadService } from '@capsule/api/wire';
import { createClient, createRouterTransport } from '@connectrpc/connect';
import { bulkEdge } from './bulk-edge.ts';

/** A service behind the edge, and how often something is held now. */
function serve() {
  const state = { held: 0, most: 0 };
  const hold = () => {
    state.held += 1;
    state.most = Math.max(state.most, state.held);
    const release = () => {
      state.held -= 1;
    };
    return { [Symbol.dispose]: release };
  };
  const transport = createRouterTransport(
    (router) => {
      router.service(WorkloadService, {
        get: () => ({ name: 'web' }),
        async *copyFrom({ srcPath }) {
          yield { data: new Uint8Array(1) };
          if (srcPath === '/broken') throw new TypeError('broken');
          yield { data: new Uint8Array(1) };
        },
        async copyTo(requests) {
          for await (const _ of requests);
          return { bytesReceived: 1n };
        },
      });
    },
    { router: { interceptors: [bulkEdge(hold)] } },
  );
  return { state, client: createClient(WorkloadService, transport) };
}

test('a download holds until its end or its failure', async () => {
  const { state, client } = serve();
  for await (const _ of client.copyFrom({ srcPath: '/' })) assert.equal(state.held, 1);
  assert.equal(state.held, 0);
  await assert.rejects(async () => {
    for await (const _ of client.copyFrom({ srcPath: '/broken' }));
  });
  assert.deepEqual(state, { held: 0, most: 1 });
});

test('an upload holds, and other calls do not', async () => {
  const { state, client } = serve();
  await client.get({ name: 'web' });
  assert.equal(state.most, 0);
  await client.copyTo(
    (async function* () {
      yield { payload: { case: 'chunk' as const, value: new Uint8Array(1) } };
    })(),
  );
  assert.deepEqual(state, { held: 0, most: 1 });
});
