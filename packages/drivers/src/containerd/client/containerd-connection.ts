import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { RealmNamespace } from '@capsule/core';
import { type Client, createClient, type Interceptor, type Transport } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { Events } from '../gen/containerd/services/events_pb.ts';
import { Version } from '../gen/containerd/services/version_pb.ts';
import { ContainerdClient } from './containerd-client.ts';

export interface ContainerdConnectionOptions {
  /** `/run/containerd/containerd.sock` in a capsule. */
  readonly socketPath: string;
  /** Runs each unary call, named `containerd Tasks.Create`. Default: as it is. */
  readonly around?: <T>(call: string, work: () => Promise<T>) => Promise<T>;
}

/** The limit of calls that are answered at once; calls that wait for something have none. */
const CALL_TIMEOUT_MS = 60_000;
const WINDOW_BYTES = 1024 * 1024;
/** Node treats larger delays as 1 ms, so "never" is the largest one: 24 days. */
const NEVER_MS = 2 ** 31 - 1;
const AUTHORITY = 'http://containerd';

/**
 * One connection to containerd, shared by all callers and all realms. The first call opens it, and the first
 * one after a restart of containerd opens it again; calls under way then fail as `unavailable`.
 */
export class ContainerdConnection implements Disposable {
  readonly socketPath: string;
  /** Distinguishes the leases and records of this process from those of another one. */
  readonly mark = randomUUID().slice(0, 8);
  /** Events of all namespaces. */
  readonly events: Client<typeof Events>;
  readonly version: Client<typeof Version>;
  readonly #session: Http2SessionManager;
  readonly #around: readonly Interceptor[];

  constructor({ socketPath, around }: ContainerdConnectionOptions) {
    this.socketPath = socketPath;
    this.#session = openSession(socketPath);
    this.#around = around === undefined ? [] : [edgeOf(around)];
    const transport = createTransport(this.#session, [...this.#around]);
    this.events = createClient(Events, transport);
    this.version = createClient(Version, transport);
  }

  /** Returns the services of the namespace of a realm. Opens nothing. */
  in(realm: RealmNamespace): ContainerdClient {
    const { socketPath, mark } = this;
    const transport = createTransport(this.#session, [
      inNamespace(realm.namespace),
      ...this.#around,
    ]);
    return new ContainerdClient({ socketPath, mark, transport, realm });
  }

  /** Closes the connection; calls under way fail. A later call would open a new one. */
  [Symbol.dispose](): void {
    this.#session.abort();
  }
}

function openSession(socketPath: string): Http2SessionManager {
  return new Http2SessionManager(
    AUTHORITY,
    { idleConnectionTimeoutMs: NEVER_MS },
    {
      createConnection: () => connect(socketPath),
      settings: { initialWindowSize: WINDOW_BYTES },
    },
  );
}

function createTransport(
  sessionManager: Http2SessionManager,
  interceptors: Interceptor[],
): Transport {
  return createGrpcTransport({
    baseUrl: AUTHORITY,
    sessionManager,
    defaultTimeoutMs: CALL_TIMEOUT_MS,
    interceptors,
  });
}

function edgeOf(around: NonNullable<ContainerdConnectionOptions['around']>): Interceptor {
  return (next) => (request) => {
    const { service, method } = request;
    return request.stream
      ? next(request)
      : around(`containerd ${service.name}.${method.name}`, () => next(request));
  };
}

function inNamespace(namespace: string): Interceptor {
  return (next) => (request) => {
    request.header.set('containerd-namespace', namespace);
    return next(request);
  };
}
