import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http2 from 'node:http2';
import {
  type AddressInfo,
  connect as connectPlain,
  createServer,
  type Server,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { connect } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Edge } from '@capsule/api/server';
import { isCapsuleError } from '@capsule/core';
import {
  changed,
  handshakeBytes,
  http1Bytes,
  http2Bytes,
  messageBytes,
} from '@capsule/testkit/hostile-input';
import fc from 'fast-check';
import { LOCAL_CALLER } from '../identity/caller.ts';
import { makeTlsIdentity, readTlsIdentity } from '../identity/certificate/tls-identity.ts';
import { CAPSULE_ID, identityCase, makeKey, tokenOf } from '../identity/testing/identity-case.ts';
import { describePeer } from './access/peer.ts';
import { accessCase } from './access/testing/access-case.ts';
import { listenTls, type TlsListener } from './listen-tls.ts';

/** `npm run fuzz` takes 100,000, and a seed of its own. */
const CASES = Number(process.env['CAPSULE_FUZZ_CASES'] ?? 100);
const SEED = Number(process.env['CAPSULE_FUZZ_SEED'] ?? 20_261_130);
/** Cases that run side by side: most of their time, they wait for the end of their connection. */
const TOGETHER = Math.min(200, Math.ceil(CASES / 5));
/** Of all cases together, with the first tenth as the start: a leak of each case would be far more. */
const GROWTH_MOST = { bytes: 32 * 1024 * 1024, descriptors: 50 } as const;
const CASES_MS = 60_000;

const params = { numRuns: Math.ceil(CASES / TOGETHER), seed: SEED, endOnFailure: true };
const key = makeKey();
const world = identityCase();
/** Of one address all cases come, and none is to lose its place to another. */
const room = { all: 1000, ofClient: 1000 };
const { routes, interceptors, gate, server, attempts, connections } = accessCase(
  world,
  new Set(),
  room,
);

suite('hostile input on the port', { concurrency: false }, () => {
  let folder: string;
  let listener: TlsListener;
  let edge: Edge;
  let plain: Server;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'capsule-fuzz-'));
    const rights = { role: 'admin', hasHostAccess: true } as const;
    world.keys.add({ ...rights, name: 'fuzz', publicKey: key.publicKey }, LOCAL_CALLER);
    const limits = { openCallMs: 50, idleMs: 50, headersMs: 50, connections: room.all };
    edge = new Edge({ routes, interceptors, gate, limits, describe: describePeer });
    plain = createServer({ allowHalfOpen: true }, (socket) => edge.accept(socket));
    await once(plain.listen(0, '127.0.0.1'), 'listening');
    listener = await listenTls({
      port: 0,
      connections,
      identity: makeTlsIdentity(folder, CAPSULE_ID),
      edge,
      limits: { handshakeMs: 300 },
    });
  });
  after(async () => {
    plain.close();
    await listener[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** One of ten over TLS, which costs far more; the edge gets the same bytes of the others. */
  const reach = (protocol: string, at: number): Socket =>
    at % 10 === 0
      ? connect({
          port: listener.port,
          host: '127.0.0.1',
          rejectUnauthorized: false,
          ALPNProtocols: [protocol],
        })
      : connectPlain((plain.address() as AddressInfo).port, '127.0.0.1');

  test('frames of HTTP/2', async () => {
    await hold(http2Bytes, (bytes, at) => untilClosed(reach('h2', at), bytes));
  });

  test('requests and upgrades of HTTP/1.1', async () => {
    await hold(http1Bytes, (bytes, at) => untilClosed(reach('http/1.1', at), bytes));
  });

  test('handshakes', async () => {
    await hold(handshakeBytes, (bytes) =>
      untilClosed(connectPlain(listener.port, '127.0.0.1'), bytes),
    );
  });

  test('messages of gRPC, behind a good token', async () => {
    const paths = fc.constantFrom(...server.handlers.map(({ requestPath }) => requestPath));
    let session = open();
    await hold(fc.tuple(paths, messageBytes), async ([path, bytes]) => {
      // The capsule ends an idle connection, and one whose client misbehaves.
      if (session.closed || session.destroyed) session = open();
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc+proto',
        authorization: tokenOf(key),
      });
      const { promise, resolve } = Promise.withResolvers<void>();
      stream.on('error', () => undefined).once('close', () => resolve());
      stream.resume().end(bytes);
      await promise;
    });
    session.destroy();
  });

  const open = () => {
    const session = http2.connect(`https://127.0.0.1:${listener.port}`, {
      rejectUnauthorized: false,
    });
    return session.on('error', () => undefined);
  };

  test('tokens', async () => {
    const verifier = world.verifier();
    await hold(changed(tokenOf(key)), async (token) => {
      try {
        verifier.accept(token);
      } catch (error) {
        assert.ok(isCapsuleError(error) && error.kind === 'unauthenticated', String(error));
      }
    });
  });

  test('certificates of the capsule', async () => {
    const file = join(folder, 'tls.pem');
    const good = await readFile(file, 'utf8');
    const identity = readTlsIdentity(folder);
    await hold(changed(good), async (text) => {
      writeFileSync(file, text);
      try {
        assert.equal(readTlsIdentity(folder)?.fingerprint, identity?.fingerprint);
      } catch (error) {
        assert.ok(isCapsuleError(error) && error.code === 'IDENTITY_UNUSABLE', String(error));
      }
    });
    writeFileSync(file, good);
  });

  /** Every case ends in time, the port answers afterwards, and nothing grows. */
  async function hold<T>(
    cases: fc.Arbitrary<T>,
    run: (one: T, at: number) => Promise<unknown>,
  ): Promise<void> {
    const together = fc.array(cases, { minLength: TOGETHER, maxLength: TOGETHER });
    let count = 0;
    let start = { bytes: 0, descriptors: 0 };
    await fc.assert(
      fc.asyncProperty(together, async (some) => {
        count += 1;
        refresh();
        await inTime(Promise.all(some.map(run)));
        if (count === Math.ceil(params.numRuns / 10)) start = await used();
      }),
      params,
    );
    refresh();
    await answers();
    const end = await used();
    assert.ok(end.bytes - start.bytes < GROWTH_MOST.bytes, 'memory grows');
    assert.ok(end.descriptors - start.descriptors < GROWTH_MOST.descriptors, 'descriptors leak');
  }

  /** The clock goes on; refusals are no subject here, and would make a pause for all cases after them. */
  function refresh(): void {
    world.clock.now = Date.now();
    attempts.succeed('127.0.0.1');
  }

  async function answers(): Promise<void> {
    const session = open();
    const path = '/capsule.v1.CapsuleService/GetInfo';
    const authorization = tokenOf(key);
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/proto',
      authorization,
    });
    stream.on('error', () => undefined).end();
    const [headers] = await once(stream, 'response');
    assert.equal(headers[':status'], 200);
    session.destroy();
  }
});

/** Sends the bytes, ends this half, and waits until the capsule has closed its own. */
async function untilClosed(socket: Socket, bytes: Buffer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on('error', () => undefined).once('close', () => resolve());
  socket.resume();
  socket.end(bytes);
  await promise;
}

async function inTime(work: Promise<unknown>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('a case does not end')), CASES_MS);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

interface Used {
  readonly bytes: number;
  readonly descriptors: number;
}

/** The memory that no further collection makes less: one alone leaves objects with finalizers. */
async function used(before = Number.POSITIVE_INFINITY): Promise<Used> {
  await new Promise(setImmediate);
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  const bytes = heapUsed + external;
  if (bytes < before * 0.99) return used(bytes);
  return { bytes, descriptors: readdirSync('/proc/self/fd').length };
}
