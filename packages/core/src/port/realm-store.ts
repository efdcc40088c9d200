import type { RealmNamespace } from './realm-namespaces.ts';

/** Makes and removes the namespaces of realms in the runtime. All calls are idempotent. */
export interface RealmStore {
  /**
   * Makes the realm's namespace and marks it as the realm's. Fails with `REALM_NAMESPACE_TAKEN` when the namespace is
   * another realm's, or is not marked and holds something.
   */
  ensureNamespace(realm: RealmNamespace, signal?: AbortSignal): Promise<void>;
  /**
   * Removes containers, images, snapshots, content and leases of the namespace, then the namespace. Content that other
   * realms use stays. A crash may interrupt it anywhere; the next call goes on. Fails as `ensureNamespace` for a
   * namespace that is not the realm's.
   */
  removeNamespace(realm: RealmNamespace): Promise<void>;
}
