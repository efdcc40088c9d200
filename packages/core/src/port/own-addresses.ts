/** The addresses of the capsule itself. */
export interface OwnAddresses {
  /** Whether packets to the IPv4 address are for the capsule. Synchronous, for an admission in its transaction. */
  has(address: string): boolean;
}
