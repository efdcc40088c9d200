import type { Place } from './place.ts';

/** The levels that hold cells: a scope is a realm, a space or a stack. */
export type ScopeLevel = 'realm' | 'space' | 'stack';

/** A realm, space or stack as a manifest declares it. */
export interface ScopeSpec {
  readonly place: Place;
  readonly labels: Readonly<Record<string, string>>;
  /** Of a realm: its containerd namespace. Never changes. */
  readonly namespace?: string;
}

/** Of a space. */
export interface SpaceNetwork {
  /** Name of the Linux bridge. */
  readonly bridge: string;
  /** IPv4; its first address is the bridge's. */
  readonly cidr: string;
}

/** A realm, space or stack as it is stored. */
export interface ScopeRecord extends ScopeSpec {
  readonly uid: string;
  /** Rises by one with every change. */
  readonly generation: number;
  readonly createdAt: number;
  /** A tombstone: the record goes when nothing is left in it. */
  readonly isDeleting: boolean;
  /** Set exactly for a space. */
  readonly network?: SpaceNetwork;
}
