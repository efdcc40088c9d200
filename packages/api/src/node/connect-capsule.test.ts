import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { CapsuleError, Outbox } from '@capsule/core';
import type { ConnectRouter } from '@connectrpc/connect';
import { CapsuleService } from '../gen/capsule/v1/capsule_pb.ts';
import { ImageService } from '../gen/capsule/v1/image_pb.ts';
import { WorkloadService } from '../gen/capsule/v1/workload_pb.ts';
import { openServer } from '../testing/open-server.ts';
import { connectErrorFrom } from '../wire/error/error.ts';
import { connectCapsule } from './connect-capsule.ts';

test('calls of every service use one socket', async (t) => {
  const { client } = await open(t, (router) => {
    router.service(CapsuleService, { getInfo: () => ({ hostname: 'box' }) });
    router.service(WorkloadService, { list: () => ({ workloads: [{ name: 'web' }] }) });
  });
  assert.equal((await client.capsule.getInfo({})).hostname, 'box');
  assert.equal((await client.workload.list({})).workloads[0]?.name, 'web');
});

test('an error of the capsule arrives with its code, not as a status', async (t) => {
  const { client } = await open(t, (router) => {
    router.service(WorkloadService, {
      get: ({ name }) => {
        throw connectErrorFrom(missing(name));
      },
      // biome-ignore lint/correctness/useYield: it fails before the first chunk
      async *logs({ name }) {
        throw connectErrorFrom(missing(name));
      },
    });
  });
  const expected = { code: 'WORKLOAD_NOT_FOUND', kind: 'notFound', facts: { name: 'web' } };
  await assert.rejects(client.workload.get({ name: 'web' }), expected);
  await assert.rejects(Array.fromAsync(client.workload.logs({ name: 'web' })), expected);
});

test('an error that quotes a megabyte, or half a character, arrives with its code', async (t) => {
  const { client } = await open(t, (router) => {
    router.service(WorkloadService, {
      get: ({ name }) => {
        throw connectErrorFrom(missing(`${name}\ud800`));
      },
    });
  });
  for (const name of ['x'.repeat(1_000_000), 'web']) {
    await assert.rejects(client.workload.get({ name }), { code: 'WORKLOAD_NOT_FOUND' });
  }
});

test('an error names a call or service that an older capsule does not have', async (t) => {
  const { client } = await open(t, (router) => router.service(WorkloadService, {}));
  const unknown = (call: string) => ({
    code: 'API_CALL_UNKNOWN',
    kind: 'unsupported',
    message: `the capsule does not support the call ${call}`,
  });
  await assert.rejects(client.workload.stop({ name: 'web' }), unknown('WorkloadService.Stop'));
  await assert.rejects(client.manifest.apply({}), unknown('ManifestService.Apply'));
  const logs = Array.fromAsync(client.capsule.streamLogs({}));
  await assert.rejects(logs, unknown('CapsuleService.StreamLogs'));
});

test('a call in both directions to an older capsule, and one that breaks, fail like others', async (t) => {
  const older = await open(t, () => undefined);
  const unknown = { code: 'API_CALL_UNKNOWN' };
  await assert.rejects(Array.fromAsync(older.client.workload.exec(silent(t))), unknown);
  await assert.rejects(older.client.image.push(silent(t)), unknown);
  const { client, server } = await open(t, (router) => {
    router.service(WorkloadService, {
      async *exec(_, { signal }) {
        yield {};
        await once(signal, 'abort');
      },
    });
  });
  await assert.rejects(
    async () => {
      for await (const _ of client.workload.exec(silent(t))) await server.dropConnections();
    },
    { code: 'API_CONNECTION_LOST' },
  );
});

/** Requests that never come. */
function silent(t: TestContext): Outbox<never> {
  const outbox = new Outbox<never>();
  t.after(() => outbox.close());
  return outbox;
}

test('a missing socket is an unreachable capsule', async () => {
  await using client = connectCapsule('unix:/nonexistent/capsuled.sock');
  await assert.rejects(client.capsule.getInfo({}), {
    code: 'API_UNREACHABLE',
    kind: 'unavailable',
    message: 'no capsule answers at unix:/nonexistent/capsuled.sock: the socket does not exist',
  });
});

test('a socket without a listener is an unreachable capsule', async () => {
  await using client = connectCapsule(`unix:${import.meta.filename}`);
  await assert.rejects(client.capsule.getInfo({}), { code: 'API_UNREACHABLE' });
});

test('a broken connection is unavailable, and the next call connects again', async (t) => {
  const { client, server } = await open(t, (router) => {
    router.service(CapsuleService, {
      getInfo: () => ({ hostname: 'box' }),
      async *streamLogs(_, { signal }) {
        yield { data: new TextEncoder().encode('first\n') };
        await once(signal, 'abort');
      },
    });
  });
  const lost = { code: 'API_CONNECTION_LOST', kind: 'unavailable' };
  const chunks: Uint8Array[] = [];
  await assert.rejects(async () => {
    for await (const { data } of client.capsule.streamLogs({ follow: true })) {
      chunks.push(data);
      server.dropConnections();
    }
  }, lost);
  assert.equal(chunks.length, 1);
  assert.equal((await client.capsule.getInfo({})).hostname, 'box');
});

test('a call without an answer in time fails with a timeout', async (t) => {
  const { client } = await open(t, (router) => {
    router.service(CapsuleService, { getInfo: () => new Promise(() => undefined) });
  });
  await assert.rejects(client.capsule.getInfo({}, { timeoutMs: 20 }), {
    code: 'API_TIMEOUT',
    kind: 'timeout',
  });
});

test("a call that its caller aborts fails with the caller's reason", async (t) => {
  const { client } = await open(t, (router) => {
    router.service(CapsuleService, {
      async *streamLogs(_, { signal }) {
        yield { data: new Uint8Array(1) };
        await once(signal, 'abort');
      },
    });
  });
  const abort = new AbortController();
  const reason = new CapsuleError({ code: 'CLI_INTERRUPTED', kind: 'internal', message: '' });
  await assert.rejects(async () => {
    for await (const _ of client.capsule.streamLogs({}, { signal: abort.signal })) {
      abort.abort(reason);
    }
  }, reason);
});

test('an upload larger than every window arrives completely', async (t) => {
  const { client } = await open(t, (router) => {
    router.service(ImageService, {
      async push(messages) {
        let bytesReceived = 0n;
        for await (const { msg } of messages) {
          if (msg.case === 'chunk') bytesReceived += BigInt(msg.value.length);
        }
        return { bytesReceived };
      },
    });
  });
  async function* archive() {
    const value = new Uint8Array(256 * 1024);
    for (let sent = 0; sent < 20; sent += 1) yield { msg: { case: 'chunk' as const, value } };
  }
  assert.equal((await client.image.push(archive())).bytesReceived, 20n * 256n * 1024n);
});

test('a capsule that answered before and does not listen now is away; one that never answered is absent', async (t) => {
  const { server, client } = await open(t, (router) => {
    router.service(CapsuleService, { getInfo: () => ({ hostname: 'box' }) });
  });
  const stranger = connectCapsule(server.target);
  t.after(() => stranger.close());
  await client.capsule.getInfo({});
  await rename(server.socketPath, `${server.socketPath}.away`);
  await assert.rejects(client.capsule.getInfo({}), { code: 'API_CONNECTION_LOST' });
  await assert.rejects(stranger.capsule.getInfo({}), { code: 'API_UNREACHABLE' });
});

async function open(t: TestContext, routes: (router: ConnectRouter) => void) {
  const server = await openServer(t, routes);
  const client = connectCapsule(server.target);
  t.after(() => client.close());
  return { server, client };
}

function missing(name: string): CapsuleError {
  return new CapsuleError({
    code: 'WORKLOAD_NOT_FOUND',
    kind: 'notFound',
    message: `there is no workload ${name}`,
    facts: { name },
  });
}
