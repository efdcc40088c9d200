import { type RealmNamespace, type RealmStore, realmNamespace } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { callOptions } from '../client/call-options.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import type { ContainerdConnection } from '../client/containerd-connection.ts';
import { REALM_LABEL } from '../client/realm-label.ts';
import { ignoring, translateErrors } from '../client/rpc-error.ts';
import { realmError } from '../realm/errors.ts';
import { clearNamespace } from './clear-namespace.ts';
import { describeContent } from './describe-content.ts';

export interface ContainerdRealmsOptions {
  /** Default `overlayfs`. */
  readonly snapshotter?: string;
}

/** containerd's namespaces of realms, each marked by a label with its realm. */
export class ContainerdRealms implements RealmStore {
  readonly #connection: ContainerdConnection;
  readonly #snapshotter: string;

  constructor(
    connection: ContainerdConnection,
    { snapshotter = 'overlayfs' }: ContainerdRealmsOptions = {},
  ) {
    this.#connection = connection;
    this.#snapshotter = snapshotter;
  }

  ensureNamespace(realm: RealmNamespace, signal?: AbortSignal): Promise<void> {
    const { socketPath } = this.#connection;
    const action = `make the namespace of realm ${realm.name}`;
    return translateErrors({ action, socketPath, signal }, this.#ensure(realm, signal));
  }

  removeNamespace(realm: RealmNamespace): Promise<void> {
    const { socketPath } = this.#connection;
    const action = `remove the namespace of realm ${realm.name}`;
    return translateErrors({ action, socketPath }, this.#remove(realm));
  }

  async #ensure(realm: RealmNamespace, signal?: AbortSignal): Promise<void> {
    const client = this.#connection.in(realm);
    const { name, namespace } = realm;
    const marked = { name: namespace, labels: { [REALM_LABEL]: name } };
    const create = client.namespaces.create({ namespace: marked }, callOptions(signal));
    if ((await ignoring(Code.AlreadyExists, create)) !== undefined) return;
    if (await this.#isMarked(client, realm, signal)) return;
    const updateMask = { paths: [`labels.${REALM_LABEL}`] };
    await client.namespaces.update({ namespace: marked, updateMask }, callOptions(signal));
  }

  async #remove(realm: RealmNamespace): Promise<void> {
    const client = this.#connection.in(realm);
    const { namespace: name } = realm;
    if ((await labelsOf(client)) === undefined) return;
    await this.#isMarked(client, realm);
    await clearNamespace(client, this.#snapshotter);
    await ignoring(Code.NotFound, client.namespaces.delete({ name }));
  }

  /**
   * Returns false for a namespace that has no mark and may get the realm's. Fails with
   * `REALM_NAMESPACE_TAKEN` where it is not the realm's.
   */
  async #isMarked(
    client: ContainerdClient,
    { name: realm, namespace }: RealmNamespace,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const mark = (await labelsOf(client, signal))?.[REALM_LABEL];
    if (mark === realm) return true;
    if (mark !== undefined) {
      throw realmError.NAMESPACE_TAKEN({ realm, namespace, holds: `realm ${mark}` });
    }
    // Capsules that knew one realm only made its namespace without a mark.
    if (realm === 'main' && namespace === realmNamespace('main')) return false;
    const holds = await describeContent(client, this.#snapshotter, signal);
    if (holds !== '') throw realmError.NAMESPACE_TAKEN({ realm, namespace, holds });
    return false;
  }
}

/** Undefined where there is no such namespace, for which containerd's `Get` returns no labels. */
async function labelsOf(client: ContainerdClient, signal?: AbortSignal) {
  const { namespaces } = await client.namespaces.list({}, callOptions(signal));
  return namespaces.find(({ name }) => name === client.namespace)?.labels;
}
