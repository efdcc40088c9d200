import { type CellCgroups, placeKey, type ScopeRecord, type SpaceNetworks } from '@capsule/core';
import type { ScopeMaker } from './reconcile.ts';

export interface ScopeMakerParts {
  readonly spaces: SpaceNetworks;
  readonly cgroups: Pick<CellCgroups, 'ensure' | 'remove'>;
}

/** Makes the things outside of the store that a scope stands for. */
export function scopeMaker({ spaces, cgroups }: ScopeMakerParts): ScopeMaker {
  return {
    async make({ place, network }: ScopeRecord, signal) {
      if (network !== undefined)
        await spaces.prepareSpace({ key: placeKey(place), ...network }, signal);
      await cgroups.ensure(place);
    },
    async unmake({ place, network }: ScopeRecord, signal) {
      if (network !== undefined) await spaces.removeSpace(placeKey(place), signal);
      await cgroups.remove(place);
    },
  };
}
