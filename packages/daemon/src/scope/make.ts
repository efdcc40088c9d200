import {
  type CellCgroups,
  type NameResponder,
  placeKey,
  type RealmStore,
  type ScopeRecord,
  type SpaceNetworks,
} from '@capsule/core';
import type { ScopeMaker } from './reconcile.ts';

export interface ScopeMakerParts {
  readonly realms: RealmStore;
  readonly names: Pick<NameResponder, 'serveSpace' | 'endSpace'>;
  readonly spaces: SpaceNetworks;
  readonly cgroups: Pick<CellCgroups, 'ensure' | 'remove'>;
}

/** Makes the things outside of the store that a scope stands for. */
export function scopeMaker({ realms, names, spaces, cgroups }: ScopeMakerParts): ScopeMaker {
  return {
    async make({ place, namespace, network }: ScopeRecord, signal) {
      const key = placeKey(place);
      if (namespace !== undefined) {
        await realms.ensureNamespace({ name: place.realm, namespace }, signal);
      }
      if (network !== undefined) {
        await spaces.prepareSpace({ key, ...network }, signal);
        await names.serveSpace({ key, cidr: network.cidr });
      }
      await cgroups.ensure(place);
    },
    async unmake({ place, namespace, network }: ScopeRecord, signal) {
      const key = placeKey(place);
      if (network !== undefined) {
        await names.endSpace(key);
        await spaces.removeSpace(key, signal);
      }
      await cgroups.remove(place);
      if (namespace !== undefined) {
        await realms.removeNamespace({ name: place.realm, namespace });
      }
    },
  };
}
