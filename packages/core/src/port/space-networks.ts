/** The network of a space: a bridge and a range of addresses. */
export interface SpaceNetworkSpec {
  /** `spaceKey`: the first two parts of its cells' keys. */
  readonly key: string;
  readonly bridge: string;
  /** IPv4. The first address is the bridge's own, the gateway of the cells. */
  readonly cidr: string;
}

/** The network of a space as Linux shows it. */
export interface SpaceNetworkSeen {
  readonly key: string;
  readonly bridge: string;
  /** The range of the address that the capsule added; undefined where the bridge has lost it. */
  readonly cidr: string | undefined;
  readonly isUp: boolean;
}

/**
 * The networks of spaces. Cells of one space reach each other; cells of different spaces reach neither one
 * another's addresses nor the gateway of the other space. All calls are idempotent, and complete what a killed
 * process has begun.
 */
export interface SpaceNetworks {
  /**
   * Makes or repairs the bridge, its address and the packet filter. Once for each space at each start, before
   * its cells are attached. With another bridge or range than before, the space moves; its cells move when they
   * are attached again. Other bridges, and addresses that the capsule did not add, are left alone. Fails with
   * `NETWORK_BRIDGE_TAKEN`, `NETWORK_SPACE_OVERLAP`, `NETWORK_CIDR_INVALID`.
   */
  prepareSpace(space: SpaceNetworkSpec, signal?: AbortSignal): Promise<void>;
  /** Removes the bridge. Fails with `NETWORK_SPACE_IN_USE` while a cell is attached to it. */
  removeSpace(key: string, signal?: AbortSignal): Promise<void>;
  /** Lists the bridges of spaces, prepared by this process or an earlier one. */
  listSpaces(signal?: AbortSignal): Promise<readonly SpaceNetworkSeen[]>;
}
