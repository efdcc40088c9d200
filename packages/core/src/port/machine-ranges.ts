/** A range of IPv4 addresses, and the part of the machine that uses it. */
export interface RangeUse {
  /** `10.1.0.0/16`, or a single address. */
  readonly range: string;
  readonly use: 'route' | 'gateway' | 'address' | 'resolver';
  /** The network device; undefined for a resolver. */
  readonly device?: string | undefined;
}

/** IPv4 ranges that the machine itself uses, which no new space may have. */
export interface MachineRanges {
  /**
   * Ranges of its routes (of all tables), addresses and resolvers, among them those of the bridges of spaces.
   * Default routes, also in parts, are not among them.
   */
  usedRanges(signal?: AbortSignal): Promise<readonly RangeUse[]>;
}
