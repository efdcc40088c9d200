import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { CapsuleError, Outbox } from '@capsule/core';
import type { ConnectRouter } from '@connectrpc/connect';
import fc from 'fast-check';
import { clientsOf } from '../../calls/clients-of.ts';
import { Http1Calls } from '../../calls/http1-calls.ts';
import type { CapsuleClient } from '../../client/create-clients.ts';
import { CapsuleService } from '../../gen/capsule/v1/capsule_pb.ts';
import { ImageService } from '../../gen/capsule/v1/image_pb.ts';
import { WorkloadService } from '../../gen/capsule/v1/workload_pb.ts';
import { openServer } from '../../testing/open-server.ts';
import { connectByGrpc } from '../../testing/socket-sessions.ts';
import { connectErrorFrom } from '../../wire/error/error.ts';
import type { EdgeLimits } from './limits.ts';

/** The same cases over each protocol: a caller must not notice which one carries its calls. */
const PROTOCOLS: Readonly<Record<string, (socketPath: string) => CapsuleClient>> = {
  'HTTP/1.1': (socketPath) =>
    clientsOf(new Http1Calls({ target: `unix:${socketPath}`, dial: () => connect(socketPath) })),
  gRPC: connectByGrpc,
};

const anyBytes = fc.uint8Array({ maxLength: 3000 });

for (const [protocol, dial] of Object.entries(PROTOCOLS)) {
  const open = async (
    t: TestContext,
    routes: (router: ConnectRouter) => void,
    limits: Partial<EdgeLimits> = {},
  ) => {
    const { socketPath } = await openServer(t, routes, { limits });
    const client = dial(socketPath);
    t.after(() => client.close());
    return client;
  };

  test(`${protocol}: any message comes back as it was sent`, async (t) => {
    const client = await open(t, (router) => {
      router.service(WorkloadService, {
        get: ({ name }) => ({ name, container: { image: name } }),
      });
    });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 5000 }), async (name) => {
        const { name: first, container } = await client.workload.get({ name });
        assert.deepEqual([first, container?.image], [name, name]);
      }),
      { numRuns: 20 },
    );
  });

  test(`${protocol}: a large message passes, and one beyond the limit is refused`, async (t) => {
    const client = await open(
      t,
      (router) => {
        router.service(WorkloadService, { get: ({ name }) => ({ uid: String(name.length) }) });
      },
      { messageBytes: 4 * 1024 * 1024 },
    );
    const name = 'x'.repeat(3 * 1024 * 1024);
    assert.equal((await client.workload.get({ name })).uid, String(name.length));
    await assert.rejects(client.workload.get({ name: name + name }), { kind: 'exhausted' });
  });

  test(`${protocol}: errors have their code, facts and remedy, before and after messages`, async (t) => {
    const client = await open(t, (router) => {
      router.service(WorkloadService, {
        get: ({ name }) => {
          throw connectErrorFrom(missing(name));
        },
        async *logs({ name }) {
          yield { data: new Uint8Array(3) };
          throw connectErrorFrom(missing(name));
        },
        async *exec() {
          yield { payload: { case: 'stdout' as const, value: new Uint8Array(1) } };
          throw connectErrorFrom(missing('web'));
        },
      });
      router.service(ImageService, {
        push: () => {
          throw connectErrorFrom(missing('web'));
        },
      });
    });
    const expected = {
      code: 'WORKLOAD_NOT_FOUND',
      kind: 'notFound',
      facts: { name: 'web' },
      hint: 'look at the list',
    };
    await assert.rejects(client.workload.get({ name: 'web' }), expected);
    const seen: number[] = [];
    await assert.rejects(async () => {
      for await (const { data } of client.workload.logs({ name: 'web' })) seen.push(data.length);
    }, expected);
    assert.deepEqual(seen, [3]);
    await assert.rejects(Array.fromAsync(client.workload.exec(requests([]))), expected);
    // The client goes on sending, and still learns the reason.
    await assert.rejects(client.image.push(endless()), expected);
  });

  test(`${protocol}: a stream arrives in order, and one that is left ends at the capsule`, async (t) => {
    const left = Promise.withResolvers<void>();
    const client = await open(t, (router) => {
      router.service(CapsuleService, {
        async *streamLogs({ tailLines }, { signal }) {
          signal.addEventListener('abort', () => left.resolve());
          for (let at = 0; tailLines === 0 || at < tailLines; at += 1) {
            yield { data: Buffer.from(`${at}\n`) };
          }
        },
      });
    });
    const lines = await Array.fromAsync(client.capsule.streamLogs({ tailLines: 500 }));
    assert.deepEqual(
      lines.map(({ data }) => Number(String(Buffer.from(data)))),
      Array.from({ length: 500 }, (_, at) => at),
    );
    const stop = new AbortController();
    await assert.rejects(async () => {
      for await (const _ of client.capsule.streamLogs({}, { signal: stop.signal })) {
        stop.abort(missing('web'));
      }
    }, missing('web'));
    await left.promise;
  });

  test(`${protocol}: both ways at once, in any pieces, and each half ends by itself`, async (t) => {
    const client = await open(t, (router) => {
      router.service(WorkloadService, {
        async *exec(messages) {
          let size = 0;
          for await (const { payload } of messages) {
            if (payload.case !== 'stdin') continue;
            size += payload.value.length;
            yield { payload: { case: 'stdout' as const, value: payload.value } };
          }
          // Only after the end of the requests.
          yield { payload: { case: 'exit' as const, value: { exitCode: size % 251 } } };
        },
      });
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyBytes, { maxLength: 20 }), async (pieces) => {
        const answers = await Array.fromAsync(client.workload.exec(requests(pieces)));
        const out = answers.flatMap(({ payload }) =>
          payload.case === 'stdout' ? [Buffer.from(payload.value)] : [],
        );
        assert.deepEqual(Buffer.concat(out), Buffer.concat(pieces));
        const { payload } = answers.at(-1) ?? {};
        assert.equal(
          payload?.case === 'exit' && payload.value.exitCode,
          Buffer.concat(pieces).length % 251,
        );
      }),
      { numRuns: 20 },
    );
  });

  test(`${protocol}: an answer may begin before the requests, and end before them`, async (t) => {
    const client = await open(t, (router) => {
      router.service(WorkloadService, {
        async *exec() {
          yield { payload: { case: 'exit' as const, value: { exitCode: 7 } } };
        },
      });
    });
    const outbox = new Outbox<never>();
    const [answer] = await Array.fromAsync(client.workload.exec(outbox));
    outbox.close();
    assert.equal(answer?.payload.case === 'exit' && answer.payload.value.exitCode, 7);
  });

  test(`${protocol}: a capsule that does not read holds the client back, and sees it leave`, async (t) => {
    const left = Promise.withResolvers<void>();
    const client = await open(t, (router) => {
      router.service(WorkloadService, {
        // biome-ignore lint/correctness/useYield: it never answers
        async *exec(_messages, { signal }) {
          await once(signal, 'abort');
          left.resolve();
        },
      });
    });
    let taken = 0;
    const stop = new AbortController();
    const stalled = Promise.withResolvers<void>();
    async function* plenty() {
      for (;;) {
        taken += 1;
        const timer = setTimeout(() => stalled.resolve(), 200);
        yield { payload: { case: 'stdin' as const, value: new Uint8Array(64 * 1024) } };
        clearTimeout(timer);
      }
    }
    const call = Array.fromAsync(client.workload.exec(plenty(), { signal: stop.signal }));
    await stalled.promise;
    assert.ok(taken < 200, `${taken} pieces of 64 KiB`);
    stop.abort(missing('web'));
    await assert.rejects(call, missing('web'));
    await left.promise;
  });

  test(`${protocol}: a failure to produce requests is the failure of the call`, async (t) => {
    const client = await open(t, (router) => {
      router.service(ImageService, {
        async push(messages) {
          await Array.fromAsync(messages);
          return {};
        },
      });
    });
    const failure = missing('disk');
    await assert.rejects(
      client.image.push(
        (async function* () {
          yield { msg: { case: 'chunk' as const, value: new Uint8Array(1) } };
          throw failure;
        })(),
      ),
      failure,
    );
  });

  test(`${protocol}: a deadline ends the call on both sides`, async (t) => {
    const ended = Promise.withResolvers<void>();
    const client = await open(t, (router) => {
      router.service(CapsuleService, {
        async getInfo(_, { signal }) {
          await once(signal, 'abort');
          ended.resolve();
          return {};
        },
      });
    });
    const call = client.capsule.getInfo({}, { timeoutMs: 30 });
    await assert.rejects(call, { code: 'API_TIMEOUT', kind: 'timeout' });
    await ended.promise;
  });

  test(`${protocol}: trailers reach a caller that asks for them`, async (t) => {
    const client = await open(t, (router) => {
      router.service(CapsuleService, {
        getInfo: (_, { responseTrailer, requestHeader }) => {
          responseTrailer.set('capsule-phases', requestHeader.get('capsule-trace') ?? '');
          return {};
        },
        async *streamLogs(_, { responseTrailer }) {
          yield {};
          responseTrailer.set('capsule-phases', 'b');
        },
      });
    });
    const seen: (string | null)[] = [];
    const onTrailer = (trailers: Headers) => void seen.push(trailers.get('capsule-phases'));
    await client.capsule.getInfo({}, { onTrailer, headers: { 'capsule-trace': 'a' } });
    await Array.fromAsync(client.capsule.streamLogs({}, { onTrailer }));
    assert.deepEqual(seen, ['a', 'b']);
  });
}

async function* requests(pieces: readonly Uint8Array[]) {
  for (const value of pieces) yield { payload: { case: 'stdin' as const, value } };
}

async function* endless() {
  for (;;) yield { msg: { case: 'chunk' as const, value: new Uint8Array(64 * 1024) } };
}

function missing(name: string): CapsuleError {
  return new CapsuleError({
    code: 'WORKLOAD_NOT_FOUND',
    kind: 'notFound',
    message: `there is no workload ${name}`,
    hint: 'look at the list',
    facts: { name },
  });
}
