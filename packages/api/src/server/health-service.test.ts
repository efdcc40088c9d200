import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, createClient, createRouterTransport } from '@connectrpc/connect';
import { CapsuleService } from '../gen/capsule/v1/capsule_pb.ts';
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from '../gen/grpc/health/v1/health_pb.ts';
import { createHealthService } from './health-service.ts';

function open() {
  const health = createHealthService([CapsuleService]);
  const transport = createRouterTransport((router) => router.service(Health, health.service));
  return { health, client: createClient(Health, transport) };
}

test('the server and its services start as not serving', async () => {
  const { health, client } = open();
  assert.equal((await client.check({})).status, Status.NOT_SERVING);
  health.setServing(true);
  assert.equal((await client.check({})).status, Status.SERVING);
  assert.equal(
    (await client.check({ service: 'capsule.v1.CapsuleService' })).status,
    Status.SERVING,
  );
});

test('a check of an unknown service is not found', async () => {
  await assert.rejects(open().client.check({ service: 'x.Y' }), { code: Code.NotFound });
});

test('a watch sends the current state and then every change, each once', async () => {
  const { health, client } = open();
  const abort = new AbortController();
  const seen: Status[] = [];
  const watched = (async () => {
    for await (const { status } of client.watch({}, { signal: abort.signal })) {
      seen.push(status);
      if (seen.length === 1) {
        health.setServing(false);
        setImmediate(() => health.setServing(true));
      } else if (seen.length === 2) health.setServing(false);
      else abort.abort();
    }
  })();
  await assert.rejects(watched, { code: Code.Canceled });
  assert.deepEqual(seen, [Status.NOT_SERVING, Status.SERVING, Status.NOT_SERVING]);
});

test('a watch of an unknown service reports that it is unknown', async () => {
  const abort = new AbortController();
  await assert.rejects(
    async () => {
      for await (const { status } of open().client.watch(
        { service: 'x.Y' },
        { signal: abort.signal },
      )) {
        assert.equal(status, Status.SERVICE_UNKNOWN);
        abort.abort();
      }
    },
    { code: Code.Canceled },
  );
});
