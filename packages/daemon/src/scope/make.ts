import {
  type CellCgroups,
  placeKey,
  type RealmStore,
  type ScopeRecord,
  type SpaceNetworks,
} from '@capsule/core';
import type { ScopeMaker } from './reconcile.ts';

export interface ScopeMakerParts {
  readonly realms: RealmStore;
  readonly spaces: SpaceNetworks;
  readonly cgroups: Pick<CellCgroups, 'ensure' | 'remove'>;
}

/** Makes the things outside of the store that a scope stands for. */
export function scopeMaker({ realms, spaces, cgroups }: ScopeMakerParts): ScopeMaker {
  return {
    async make({ place, network, namespace }: ScopeRecord, signal) {
      if (namespace !== undefined)
        await realms.ensureNamespace({ name: place.realm, namespace }, signal);
      if (network !== undefined)
        await spaces.prepareSpace({ key: placeKey(place), ...network }, signal);
      await cgroups.ensure(place);
    },
    async unmake({ place, network, namespace }: ScopeRecord, signal) {
      if (namespace !== undefined) await realms.removeNamespace({ name: place.realm, namespace });
      if (network !== undefined) await spaces.removeSpace(placeKey(place), signal);
      await cgroups.remove(place);
    },
  };
}
