import { placeKey, type ScopeRecord, type SpaceNetworks } from '@capsule/core';
import type { ScopeMaker } from './reconcile.ts';

export interface ScopeMakerParts {
  readonly spaces: SpaceNetworks;
}

/** Makes the things outside of the store that a scope stands for. */
export function scopeMaker({ spaces }: ScopeMakerParts): ScopeMaker {
  return {
    async make({ place, network }: ScopeRecord, signal) {
      if (network !== undefined)
        await spaces.prepareSpace({ key: placeKey(place), ...network }, signal);
    },
    async unmake({ place, network }: ScopeRecord, signal) {
      if (network !== undefined) await spaces.removeSpace(placeKey(place), signal);
    },
  };
}
