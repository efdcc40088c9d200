import {
  type CellFileNames,
  type CellNetwork,
  type CellNetworkSeen,
  type CellNetworkSpec,
  isOverlap,
  type PublishedPort,
  parseRange,
  parseSubnet,
  portsClash,
  type SpaceNetworkSeen,
  type SpaceNetworkSpec,
  type SpaceNetworks,
  spaceOfCell,
  type TapLink,
} from '@capsule/core';
import { fakeError } from './fake-error.ts';

/** The state that outlives the object that made it: the fake's Linux. */
export interface FakeNetworkState {
  readonly cells: Map<string, CellNetworkSeen>;
  /** The names in the files of each cell. */
  readonly names: Map<string, string>;
  readonly spaces: Map<string, SpaceNetworkSpec>;
  published: readonly PublishedPort[];
}

/** A machine with the space main/default, in 172.20.254.0/24. */
export function fakeNetworkState(): FakeNetworkState {
  const first = { key: 'main_default', bridge: 'br0', cidr: '172.20.254.0/24' };
  return {
    cells: new Map(),
    names: new Map(),
    spaces: new Map([[first.key, first]]),
    published: [],
  };
}

type Verb =
  | 'prepare'
  | 'prepareSpace'
  | 'removeSpace'
  | 'listSpaces'
  | 'attach'
  | 'detach'
  | 'list'
  | 'inspect'
  | 'publish';

/** Cells and spaces in memory. Tests decide which calls fail. */
export class FakeCellNetwork implements CellNetwork, SpaceNetworks {
  readonly state: FakeNetworkState;
  /** Every call, in order: `attach main_default_default_web`. */
  readonly calls: string[] = [];
  readonly #failures = new Map<Verb, unknown[]>();

  constructor(state: FakeNetworkState = fakeNetworkState()) {
    this.state = state;
  }

  /** The next call of `verb` fails with `error`, and changes nothing. */
  failNext(verb: Verb, error: unknown): void {
    this.#failures.set(verb, [...(this.#failures.get(verb) ?? []), error]);
  }

  /** Removes a part of the cell's network, as another program might. */
  damage(key: string): void {
    const seen = this.state.cells.get(key);
    if (seen !== undefined) this.state.cells.set(key, { ...seen, complete: false });
  }

  async prepare(signal?: AbortSignal): Promise<void> {
    this.#called('prepare', '', signal);
  }

  async prepareSpace(space: SpaceNetworkSpec, signal?: AbortSignal): Promise<void> {
    this.#called('prepareSpace', space.key, signal);
    for (const other of this.state.spaces.values()) {
      if (other.key !== space.key && isInTheWay(other, space)) {
        throw fakeError('NETWORK_SPACE_OVERLAP', 'conflict', `${space.key} overlaps ${other.key}`);
      }
    }
    this.state.spaces.set(space.key, space);
  }

  async removeSpace(key: string, signal?: AbortSignal): Promise<void> {
    this.#called('removeSpace', key, signal);
    if ([...this.state.cells.keys()].some((cell) => spaceOfCell(cell) === key)) {
      throw fakeError('NETWORK_SPACE_IN_USE', 'precondition', `${key} has cells`);
    }
    this.state.spaces.delete(key);
  }

  async listSpaces(signal?: AbortSignal): Promise<readonly SpaceNetworkSeen[]> {
    this.#called('listSpaces', '', signal);
    return [...this.state.spaces.values()].map((space) => ({ ...space, isUp: true }));
  }

  async attach(
    { key, link = 'veth', address, ...names }: CellNetworkSpec,
    signal?: AbortSignal,
  ): Promise<void> {
    this.#called('attach', key, signal);
    const space = this.state.spaces.get(spaceOfCell(key));
    if (space === undefined) {
      throw fakeError('NETWORK_SPACE_UNKNOWN', 'precondition', `${key} has no space`);
    }
    if (!parseSubnet(space.cidr).holds(address)) {
      throw fakeError('NETWORK_ADDRESS_OUTSIDE', 'invalid', `${address} is no address for a cell`);
    }
    this.state.cells.set(key, { key, link, address, complete: true });
    this.state.names.set(key, describeNames(names));
  }

  async detach(key: string, signal?: AbortSignal): Promise<void> {
    this.#called('detach', key, signal);
    this.state.cells.delete(key);
  }

  async list(signal?: AbortSignal): Promise<readonly CellNetworkSeen[]> {
    this.#called('list', '', signal);
    return [...this.state.cells.values()];
  }

  async inspect(
    key: string,
    signal?: AbortSignal,
    names?: CellFileNames,
  ): Promise<CellNetworkSeen | undefined> {
    this.#called('inspect', key, signal);
    const seen = this.state.cells.get(key);
    const isNamed = names === undefined || this.state.names.get(key) === describeNames(names);
    return seen && { ...seen, complete: seen.complete && isNamed };
  }

  async publish(ports: readonly PublishedPort[], signal?: AbortSignal): Promise<void> {
    this.#called('publish', String(ports.length), signal);
    if (ports.some((port, at) => ports.slice(0, at).some((other) => portsClash(other, port)))) {
      throw fakeError('NETWORK_PORT_CONFLICT', 'conflict', 'a port is published twice');
    }
    this.state.published = ports;
  }

  namespacePath(key: string): string {
    return `/run/netns/${key}`;
  }

  tap(address: string): TapLink {
    const gateway = '172.20.254.1';
    const hardwareAddress = '02:ca:00:00:00:01';
    return { device: 'tap', hardwareAddress, address, prefix: 24, gateway, mtu: 1500, uid: 1 };
  }

  files(key: string): readonly { readonly source: string; readonly target: string }[] {
    return ['hosts', 'hostname', 'resolv.conf'].map((name) => ({
      source: `/run/fake-network/${key}/${name}`,
      target: `/etc/${name}`,
    }));
  }

  hostFiles(_key: string): readonly { readonly source: string; readonly target: string }[] {
    return ['hosts', 'resolv.conf'].map((name) => ({
      source: `/etc/${name}`,
      target: `/etc/${name}`,
    }));
  }

  #called(verb: Verb, detail: string, signal: AbortSignal | undefined): void {
    signal?.throwIfAborted();
    this.calls.push(`${verb} ${detail}`.trim());
    const failure = this.#failures.get(verb)?.shift();
    if (failure !== undefined) throw failure;
  }
}

function isInTheWay(one: SpaceNetworkSpec, other: SpaceNetworkSpec): boolean {
  const [a, b] = [parseRange(one.cidr), parseRange(other.cidr)];
  return one.bridge === other.bridge || (a !== undefined && b !== undefined && isOverlap(a, b));
}

function describeNames({ hostname, extraHosts = [], dns }: CellFileNames): string {
  return JSON.stringify([hostname, extraHosts, dns]);
}
