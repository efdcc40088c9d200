import { createHash } from 'node:crypto';
import { chooseRange, type MachineRanges, type SpaceNetwork } from '@capsule/core';

export interface SpaceRangesParts {
  readonly machine: MachineRanges;
  /** From which each further space gets a /24. */
  readonly pool: string;
}

/** Chooses the networks of new spaces, besides those that the machine uses. */
export class SpaceRanges {
  readonly #parts: SpaceRangesParts;
  #used: readonly string[] = [];

  constructor(parts: SpaceRangesParts) {
    this.#parts = parts;
  }

  /** Reads what the machine uses now. To be called before a transaction that may make a space. */
  async look(): Promise<void> {
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
