import type { RealmNamespace, RealmNamespaces } from '@capsule/core';
import type { Scopes } from '../store/scopes.ts';

/** The realms of the store, also those that are being deleted: their containers are still to be removed. */
export class StoredRealms implements RealmNamespaces {
  readonly #scopes: Pick<Scopes, 'get' | 'list'>;

  constructor(scopes: Pick<Scopes, 'get' | 'list'>) {
    this.#scopes = scopes;
  }

  namespaceOf(realm: string): string | undefined {
    return this.#scopes.get({ realm })?.namespace;
  }

  realms(): readonly RealmNamespace[] {
    return this.#scopes.list().flatMap(({ place: { realm }, namespace }) => {
      return namespace === undefined ? [] : [{ name: realm, namespace }];
    });
  }
}
