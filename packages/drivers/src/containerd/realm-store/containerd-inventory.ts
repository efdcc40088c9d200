import type { NamespaceSeen, RuntimeInventory } from '@capsule/core';
import { callOptions } from '../client/call-options.ts';
import type { ContainerdConnection } from '../client/containerd-connection.ts';
import { isOfRunning } from '../client/lease.ts';
import { REALM_LABEL } from '../client/realm-label.ts';
import { translateErrors } from '../client/rpc-error.ts';
import { listSnapshots } from './list-content.ts';

export interface ContainerdInventoryOptions {
  /** Default `overlayfs`. */
  readonly snapshotter?: string;
}

/** A layer that containerd unpacks now; it removes the ones of an unpacking that failed. */
const UNPACKING = /^extract-.* sha256:/;

/** The content of all namespaces of containerd. */
export class ContainerdInventory implements RuntimeInventory {
  readonly #connection: ContainerdConnection;
  readonly #snapshotter: string;

  constructor(
    connection: ContainerdConnection,
    { snapshotter = 'overlayfs' }: ContainerdInventoryOptions = {},
  ) {
    this.#connection = connection;
    this.#snapshotter = snapshotter;
  }

  namespaces(signal?: AbortSignal): Promise<readonly NamespaceSeen[]> {
    const { socketPath } = this.#connection;
    const action = 'list the content of all namespaces';
    return translateErrors({ action, socketPath, signal }, this.#list(signal));
  }

  async #list(signal?: AbortSignal): Promise<readonly NamespaceSeen[]> {
    // Namespaces are not in a namespace, but each call names one.
    const { namespaces } = this.#connection.in({ name: '', namespace: 'default' });
    const found = await namespaces.list({}, callOptions(signal));
    return Promise.all(
      found.namespaces.map(({ name, labels }) => this.#look(name, labels[REALM_LABEL], signal)),
    );
  }

  async #look(
    namespace: string,
    realm: string | undefined,
    signal?: AbortSignal,
  ): Promise<NamespaceSeen> {
    const client = this.#connection.in({ name: realm ?? '', namespace });
    const options = callOptions(signal);
    const [{ containers }, { leases }, snapshots] = await Promise.all([
      client.containers.list({}, options),
      client.leases.list({}, options),
      listSnapshots(client, this.#snapshotter, signal),
    ]);
    return {
      namespace,
      realm,
      containers: containers.map(({ id }) => id),
      snapshots: snapshots
        .filter(({ name, isWritable }) => isWritable && !UNPACKING.test(name))
        .map(({ name }) => name),
      leases: leases.map(({ id }) => id).filter((id) => !isOfRunning(client, id)),
    };
  }
}
