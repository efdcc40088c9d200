/** IPv4 ranges that the machine itself uses, which no new space may have. */
export interface MachineRanges {
  /**
   * Ranges of its routes (of all tables), addresses and resolvers, among them those of the bridges of spaces.
   * Default routes, also in parts, are not among them.
   */
  usedRanges(signal?: AbortSignal): Promise<readonly string[]>;
}
