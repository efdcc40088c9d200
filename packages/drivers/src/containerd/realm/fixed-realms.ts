import type { RealmNamespace, RealmNamespaces } from '@capsule/core';

/** Realms that never change. */
export function fixedRealms(...realms: readonly RealmNamespace[]): RealmNamespaces {
  return {
    namespaceOf: (realm) => realms.find(({ name }) => name === realm)?.namespace,
    realms: () => realms,
  };
}
