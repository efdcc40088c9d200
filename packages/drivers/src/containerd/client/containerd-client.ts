import type { RealmNamespace } from '@capsule/core';
import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { Containers } from '../gen/containerd/services/containers_pb.ts';
import { Content } from '../gen/containerd/services/content_pb.ts';
import { Images } from '../gen/containerd/services/images_pb.ts';
import { Leases } from '../gen/containerd/services/leases_pb.ts';
import { Namespaces } from '../gen/containerd/services/namespaces_pb.ts';
import { Snapshots } from '../gen/containerd/services/snapshots_pb.ts';
import { Streaming } from '../gen/containerd/services/streaming_pb.ts';
import { Tasks } from '../gen/containerd/services/tasks_pb.ts';
import { Transfer } from '../gen/containerd/services/transfer_pb.ts';

/** For calls without a bound on their duration: events, waits, transfers. */
export const NO_TIMEOUT = { timeoutMs: 0 } as const;

export interface ContainerdClientParts {
  readonly socketPath: string;
  readonly mark: string;
  /** Sends every call to the namespace of the realm. */
  readonly transport: Transport;
  readonly realm: RealmNamespace;
}

/** containerd's services for one realm: every call is about the realm's namespace alone. */
export class ContainerdClient {
  readonly socketPath: string;
  /** See `ContainerdConnection.mark`. */
  readonly mark: string;
  readonly realm: string;
  readonly namespace: string;
  readonly containers: Client<typeof Containers>;
  readonly content: Client<typeof Content>;
  readonly images: Client<typeof Images>;
  readonly leases: Client<typeof Leases>;
  readonly namespaces: Client<typeof Namespaces>;
  readonly snapshots: Client<typeof Snapshots>;
  readonly streaming: Client<typeof Streaming>;
  readonly tasks: Client<typeof Tasks>;
  readonly transfer: Client<typeof Transfer>;

  /** Only for `ContainerdConnection.in`. */
  constructor({ socketPath, mark, transport, realm }: ContainerdClientParts) {
    this.socketPath = socketPath;
    this.mark = mark;
    this.realm = realm.name;
    this.namespace = realm.namespace;
    this.containers = createClient(Containers, transport);
    this.content = createClient(Content, transport);
    this.images = createClient(Images, transport);
    this.leases = createClient(Leases, transport);
    this.namespaces = createClient(Namespaces, transport);
    this.snapshots = createClient(Snapshots, transport);
    this.streaming = createClient(Streaming, transport);
    this.tasks = createClient(Tasks, transport);
    this.transfer = createClient(Transfer, transport);
  }
}
