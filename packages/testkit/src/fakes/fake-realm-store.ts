import type { RealmNamespace, RealmStore } from '@capsule/core';

/** Namespaces in memory; a test looks into `namespaces`. */
export class FakeRealmStore implements RealmStore {
  /** The realm of each namespace. */
  readonly namespaces = new Map<string, string>();

  async ensureNamespace({ name, namespace }: RealmNamespace): Promise<void> {
    this.namespaces.set(namespace, name);
  }

  async removeNamespace({ namespace }: RealmNamespace): Promise<void> {
    this.namespaces.delete(namespace);
  }
}
