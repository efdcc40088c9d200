import type {
  CellNames,
  CellNamespaces,
  CellNetwork,
  CellNetworkSeen,
  ContainerRef,
  ContainerRuntime,
  ImageStore,
  NameResponder,
  Projection,
  PublishedPort,
  RealmStore,
  SpaceNetworks,
} from '@capsule/core';
import type { Ports } from '../system/ports.ts';

/** The fakes outside of a capsuled, and what a test sees in them. */
export interface KillOutside extends Ports {
  readonly images: ImageStore & { offer(reference: string): void };
  readonly runtime: ContainerRuntime & { exit(ref: ContainerRef, exitCode: number): void };
  readonly network: Ports['network'] & {
    readonly network: CellNetwork & SpaceNetworks & { readonly state: NetworkState };
    readonly namespaces: CellNamespaces & { readonly pins: ReadonlyMap<string, unknown> };
  };
  readonly realmStore: RealmStore & { readonly namespaces: ReadonlyMap<string, string> };
}

interface NetworkState {
  readonly cells: ReadonlyMap<string, CellNetworkSeen>;
  readonly spaces: ReadonlyMap<string, unknown>;
  readonly published: readonly PublishedPort[];
}

export interface KillFakes {
  readonly outside: KillOutside;
  readonly projection: Projection & { readonly files: ReadonlyMap<string, string> };
  /** Capsuled answers names itself: each one has a responder of its own. */
  readonly respondNames: () => NameResponder & { readonly names: readonly CellNames[] | undefined };
}
