import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type Message } from '@bufbuild/protobuf';
import { GetInfoResponseSchema } from '../gen/capsule/v1/capsule_pb.ts';
import { WorkloadWatchResponseSchema } from '../gen/capsule/v1/workload_pb.ts';
import { PHASES_TRAILER, phasesToText, TRACE_HEADER } from '../wire/trace/phases.ts';
import { CallTrace } from './call-trace.ts';
import type { CallTransport } from './call-transport.ts';
import { clientsOf } from './clients-of.ts';

const PHASE = { name: 'look', startMs: 1, tookMs: 2 };

function stepping() {
  let at = 0;
  return () => at++;
}

test('all calls of a command carry one id, and are measured here and in the capsule', async () => {
  const ids = new Set<string | null>();
  const note = (headers: ConstructorParameters<typeof Headers>[0]) =>
    ids.add(new Headers(headers).get(TRACE_HEADER));
  const inner: CallTransport & { close(): void } = {
    close: () => undefined,
    unary: async (_method, _request, { headers, onTrailer }) => {
      note(headers);
      onTrailer?.(new Headers({ [PHASES_TRAILER]: phasesToText([PHASE]) }));
      return create(GetInfoResponseSchema);
    },
    async *stream(_method, _requests, { headers }): AsyncGenerator<Message> {
      note(headers);
      yield create(WorkloadWatchResponseSchema);
    },
  };
  const trace = new CallTrace(stepping());
  const client = clientsOf(trace.measure(inner));
  await client.capsule.getInfo({});
  for await (const _answer of client.workload.watch({})) break;
  assert.equal(ids.size, 1);
  assert.ok(!ids.has(null));
  assert.deepEqual(trace.here, [
    { name: 'CapsuleService.GetInfo', startMs: 0, tookMs: 1 },
    { name: 'WorkloadService.Watch', startMs: 2, tookMs: 1 },
  ]);
  assert.deepEqual(trace.capsule, [PHASE]);
});
