import type { CapsuleError } from '../error/capsule-error.ts';

/** A name that workloads can ask for. */
export interface WorkloadName {
  /** One DNS label. */
  readonly name: string;
  /**
   * IPv4 address of its cell. `capsule`: it is where the capsule is, for its network is the capsule's
   * own. Undefined: the name is there and has no address now.
   */
  readonly address: string | 'capsule' | undefined;
}

/**
 * Answers name queries of clients on the bridge: names of workloads itself, all others through the
 * uplink's resolvers.
 */
export interface NameResponder {
  /** Replaces all names, from now on. Until the first call it is not known which there are. */
  update(names: readonly WorkloadName[]): void;
  /** Why no names are answered now; undefined when they are. */
  problem(): CapsuleError | undefined;
}
