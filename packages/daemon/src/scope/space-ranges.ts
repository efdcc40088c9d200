import { createHash } from 'node:crypto';
import { chooseRange, type MachineRanges, type Place, type SpaceNetwork } from '@capsule/core';

export interface SpaceRangesParts {
  readonly machine: MachineRanges;
  /** From which each further space gets a /24. */
  readonly pool: string;
  /** Whether the space that holds a place is stored, with its network. */
  readonly hasSpace: (place: Place) => boolean;
}

/** Chooses the networks of new spaces, besides those that the machine uses. */
export class SpaceRanges {
  readonly #parts: SpaceRangesParts;
  #used: readonly string[] = [];

  constructor(parts: SpaceRangesParts) {
    this.#parts = parts;
  }

  /**
   * Reads what the machine uses now, if the space of one of these places is not stored. To be called before a
   * transaction that may make spaces.
   */
  async lookFor(places: readonly Place[]): Promise<void> {
    if (places.every((place) => this.#parts.hasSpace(place))) return;
    const uses = await this.#parts.machine.usedRanges();
    this.#used = uses.map(({ range }) => range);
  }

  /** Fails with `SPACE_RANGES_EXHAUSTED`. */
  choose(key: string, taken: readonly SpaceNetwork[]): SpaceNetwork {
    const ranges = taken.map(({ cidr }) => cidr);
    return { bridge: bridgeName(key), cidr: chooseRange(this.#parts.pool, ranges, this.#used) };
  }
}

/** A device's name has at most 15 characters, so a digest stands for the space. */
function bridgeName(key: string): string {
  return `kb${createHash('sha256').update(key).digest('hex').slice(0, 10)}`;
}
