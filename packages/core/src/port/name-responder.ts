import type { CapsuleError } from '../error/capsule-error.ts';
import type { CellId } from '../resource/cell/cell-id.ts';
import type { SpaceNetworkSpec } from './space-networks.ts';

/** The names of a cell, by which cells of its space can ask for it. */
export interface CellNames {
  readonly cell: CellId;
  /** More names of it, one DNS label each. Several cells may have the same one. */
  readonly aliases: readonly string[];
  /**
   * IPv4. `capsule`: the cell has the capsule's own network, and so the address at which its space reaches the
   * capsule. Undefined: the names exist, without an address now.
   */
  readonly address: string | 'capsule' | undefined;
}

/**
 * Answers name queries of cells on the bridges of their spaces: names of the asker's own space itself, all others
 * through the uplink's resolvers.
 */
export interface NameResponder {
  /**
   * Answers on the bridge of a space from now on, which is prepared. Resolves after the first attempt to listen;
   * a failed one is repeated until `endSpace`. Idempotent; another range replaces the earlier one.
   */
  serveSpace(space: Pick<SpaceNetworkSpec, 'key' | 'cidr'>): Promise<void>;
  /** Idempotent. */
  endSpace(key: string): Promise<void>;
  /** Replaces all names, of all spaces. Until the first call no name is reported as missing. */
  update(names: readonly CellNames[]): void;
  /** Why names are not answered on a bridge now; undefined when they are on all. */
  problem(): CapsuleError | undefined;
}
