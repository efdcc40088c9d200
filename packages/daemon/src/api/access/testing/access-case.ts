import * as wire from '@capsule/api/wire';
import { createLog } from '@capsule/engine';
import {
  type ConnectRouter,
  createConnectRouter,
  createContextValues,
  type HandlerContext,
} from '@connectrpc/connect';
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import { AuditLog } from '../../../audit/log.ts';
import { Attempts } from '../../../identity/attempts.ts';
import type { Caller } from '../../../identity/caller.ts';
import type { identityCase } from '../../../identity/testing/identity-case.ts';
import { ConnectionCount } from '../../connection-count.ts';
import { errorEdge } from '../../error-edge.ts';
import { auditEdge } from '../audit-edge.ts';
import { authorizeEdge } from '../authorize-edge.ts';
import { callerKey } from '../caller-key.ts';
import { createGate } from '../gate.ts';
import { createRecorder } from '../recorder.ts';

type Service = Parameters<ConnectRouter['service']>[0];

/** Every service of the API, as its descriptors have them. */
export const SERVICES: readonly Service[] = [
  ...(Object.values(wire) as readonly unknown[]),
  wire.health.Health,
  wire.reflection.ServerReflection,
].filter(isService);

function isService(value: unknown): value is Service {
  return (value as { kind?: unknown } | undefined)?.kind === 'service';
}

/**
 * Every RPC behind the real gate and interceptors, with services that only note that they were reached. The streams of
 * `held` send one message and then wait for the end of their call.
 */
export function accessCase(
  { db, live, records, verifier, clock }: ReturnType<typeof identityCase>,
  held: ReadonlySet<string> = new Set(),
  limits?: { readonly all: number; readonly ofClient: number },
) {
  const reached = new Set<string>();
  const now = () => clock.now;
  const monotonicMs = () => clock.monotonic;
  const audit = new AuditLog(db);
  const record = createRecorder({ audit, now, monotonicMs });
  const attempts = new Attempts(monotonicMs);
  const connections = new ConnectionCount(limits);
  const tokens = verifier();
  const gate = createGate({
    attempts,
    proven: (peer) => connections.prove(peer),
    accept: (authorization) => tokens.accept(authorization),
    refused: (caller, method, { code }) => record({ caller, method, object: '' }, code),
  });
  const interceptors = [
    errorEdge(createLog(() => undefined)),
    auditEdge(record),
    authorizeEdge({ live, attempts, rightsOf: (kid) => records.get(kid) }),
  ];
  const routes = (router: ConnectRouter) => {
    for (const service of SERVICES) router.service(service, noting(service, reached, held));
  };
  const server = createConnectRouter({ requestGate: gate, interceptors });
  routes(server);
  return { server, routes, interceptors, gate, reached, audit, attempts, connections };
}

function noting(service: Service, reached: Set<string>, held: ReadonlySet<string>) {
  const calls = service.methods.map((method) => {
    const note = () => reached.add(`${service.typeName}/${method.name}`);
    const isStream = method.methodKind.startsWith('server') || method.methodKind.startsWith('bidi');
    const answer = async (requests: unknown) => {
      if (method.methodKind === 'client_streaming') await drain(requests as AsyncIterable<unknown>);
      note();
      return {};
    };
    const stream = async function* (_: unknown, { signal }: HandlerContext) {
      note();
      yield {};
      if (held.has(`${service.typeName}/${method.name}`)) await untilAborted(signal);
    };
    return [method.localName, isStream ? stream : answer];
  });
  return Object.fromEntries(calls);
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  if (!signal.aborted) await promise;
}

async function drain(requests: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of requests);
}

export interface TestCall {
  readonly authorization?: string | undefined;
  /** As the listener sets it; by default an unknown one with an address of its own. */
  readonly caller?: Caller;
}

let addresses = 0;

/** Makes one call with an empty message over gRPC, and returns its status. */
export async function callAs(
  handler: UniversalHandler,
  { authorization, caller }: TestCall,
): Promise<number> {
  addresses += 1;
  const unknown: Caller = { kind: 'unknown', from: `10.0.${addresses >> 8}.${addresses & 255}` };
  const header = new Headers({ 'content-type': 'application/grpc+proto' });
  if (authorization !== undefined) header.set('authorization', authorization);
  const response = await handler({
    httpVersion: '2.0',
    method: 'POST',
    url: `http://capsule${handler.requestPath}`,
    header,
    body: emptyMessage(),
    signal: new AbortController().signal,
    contextValues: createContextValues().set(callerKey, caller ?? unknown),
  });
  for await (const _ of (response.body ?? []) as AsyncIterable<Uint8Array>);
  return Number(response.trailer?.get('grpc-status') ?? response.header?.get('grpc-status'));
}

/** One message without fields: the envelope alone. */
async function* emptyMessage(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(5);
}
