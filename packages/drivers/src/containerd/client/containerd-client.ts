import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { type Client, createClient, type Interceptor, type Transport } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { Containers } from '../gen/containerd/services/containers_pb.ts';
import { Content } from '../gen/containerd/services/content_pb.ts';
import { Events } from '../gen/containerd/services/events_pb.ts';
import { Images } from '../gen/containerd/services/images_pb.ts';
import { Leases } from '../gen/containerd/services/leases_pb.ts';
import { Namespaces } from '../gen/containerd/services/namespaces_pb.ts';
import { Snapshots } from '../gen/containerd/services/snapshots_pb.ts';
import { Streaming } from '../gen/containerd/services/streaming_pb.ts';
import { Tasks } from '../gen/containerd/services/tasks_pb.ts';
import { Transfer } from '../gen/containerd/services/transfer_pb.ts';
import { Version } from '../gen/containerd/services/version_pb.ts';

export interface ContainerdClientOptions {
  /** `/run/containerd/containerd.sock` in a capsule. */
  readonly socketPath: string;
  /** containerd's namespace, `kukeon-main`, for every call. */
  readonly namespace: string;
}

/** The limit of calls that are answered at once; calls that wait for something have none. */
const CALL_TIMEOUT_MS = 60_000;
const WINDOW_BYTES = 1024 * 1024;
/** Node treats larger delays as 1 ms, so "never" is the largest one: 24 days. */
const NEVER_MS = 2 ** 31 - 1;

/** For calls without a bound on their duration: events, waits, transfers. */
export const NO_TIMEOUT = { timeoutMs: 0 } as const;

/**
 * One connection to containerd, shared by all callers. The first call opens it, and the first one after a
 * restart of containerd opens it again; calls under way then fail as `unavailable`.
 */
export class ContainerdClient implements Disposable {
  readonly socketPath: string;
  readonly namespace: string;
  /** Distinguishes the leases and records of this client from those of another one. */
  readonly mark = randomUUID().slice(0, 8);
  readonly containers: Client<typeof Containers>;
  readonly content: Client<typeof Content>;
  readonly events: Client<typeof Events>;
  readonly images: Client<typeof Images>;
  readonly leases: Client<typeof Leases>;
  readonly namespaces: Client<typeof Namespaces>;
  readonly snapshots: Client<typeof Snapshots>;
  readonly streaming: Client<typeof Streaming>;
  readonly tasks: Client<typeof Tasks>;
  readonly transfer: Client<typeof Transfer>;
  readonly version: Client<typeof Version>;
  readonly #session: Http2SessionManager;

  constructor(options: ContainerdClientOptions) {
    this.socketPath = options.socketPath;
    this.namespace = options.namespace;
    this.#session = openSession(options.socketPath);
    const transport = createTransport(this.#session, options);
    this.containers = createClient(Containers, transport);
    this.content = createClient(Content, transport);
    this.events = createClient(Events, transport);
    this.images = createClient(Images, transport);
    this.leases = createClient(Leases, transport);
    this.namespaces = createClient(Namespaces, transport);
    this.snapshots = createClient(Snapshots, transport);
    this.streaming = createClient(Streaming, transport);
    this.tasks = createClient(Tasks, transport);
    this.transfer = createClient(Transfer, transport);
    this.version = createClient(Version, transport);
  }

  /** Closes the connection; calls under way fail. A later call would open a new one. */
  [Symbol.dispose](): void {
    this.#session.abort();
  }
}

const AUTHORITY = 'http://containerd';

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
  { namespace }: ContainerdClientOptions,
): Transport {
  return createGrpcTransport({
    baseUrl: AUTHORITY,
    sessionManager,
    defaultTimeoutMs: CALL_TIMEOUT_MS,
    interceptors: [inNamespace(namespace)],
  });
}

function inNamespace(namespace: string): Interceptor {
  return (next) => (request) => {
    request.header.set('containerd-namespace', namespace);
    return next(request);
  };
}
