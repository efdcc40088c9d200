import {
  isOverlap,
  parseRange,
  parseSubnet,
  type SpaceNetworkSpec,
  type Subnet,
  spaceOfCell,
} from '@capsule/core';
import { networkError } from './errors.ts';

export interface Space {
  readonly key: string;
  readonly bridge: string;
  readonly subnet: Subnet;
}

/** The spaces that this process prepares, and those that it or an earlier one has prepared. */
export class Spaces {
  /** Also spaces whose preparation is under way, or has failed. */
  readonly #claimed = new Map<string, Space>();
  readonly #spaces = new Map<string, Space>();

  /** Returns the prepared spaces. */
  all(): readonly Space[] {
    return [...this.#spaces.values()];
  }

  /** Fails with `NETWORK_SPACE_UNKNOWN`. */
  get(key: string): Space {
    const space = this.#spaces.get(key);
    if (space === undefined) throw networkError.SPACE_UNKNOWN({ space: key });
    return space;
  }

  /** Returns the space of a cell. Fails with `NETWORK_SPACE_UNKNOWN`. */
  ofCell(key: string): Space {
    return this.get(spaceOfCell(key));
  }

  /** Returns the space whose range holds an address of a cell. Fails with `NETWORK_ADDRESS_OUTSIDE`. */
  ofAddress(address: string): Space {
    const space = this.all().find(({ subnet }) => subnet.holds(address));
    if (space !== undefined) return space;
    const cidr = this.all().map(({ subnet }) => subnet.cidr);
    throw networkError.ADDRESS_OUTSIDE({ address, cidr: cidr.join(', ') });
  }

  /**
   * Returns the space of a spec, with which no other space may overlap from now on. Fails with
   * `NETWORK_SPACE_OVERLAP`, `NETWORK_CIDR_INVALID`.
   */
  claim({ key, bridge, cidr }: SpaceNetworkSpec): Space {
    const space = { key, bridge, subnet: parseSubnet(cidr) };
    const others = [...this.#claimed.values(), ...this.all()].filter((one) => one.key !== key);
    const other = others.find((one) => isInTheWay(one, space));
    if (other !== undefined) throw networkError.SPACE_OVERLAP({ space: key, other: other.key });
    this.#claimed.set(key, space);
    return space;
  }

  /** Makes a claimed space one that cells can be attached to. */
  set(space: Space): void {
    this.#spaces.set(space.key, space);
  }

  delete(key: string): void {
    this.#claimed.delete(key);
    this.#spaces.delete(key);
  }
}

function isInTheWay(one: Space, other: Space): boolean {
  const [a, b] = [parseRange(one.subnet.cidr), parseRange(other.subnet.cidr)];
  return one.bridge === other.bridge || (a !== undefined && b !== undefined && isOverlap(a, b));
}
