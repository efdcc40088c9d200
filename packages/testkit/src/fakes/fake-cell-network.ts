import type {
  CellNetwork,
  CellNetworkSeen,
  CellNetworkSpec,
  PublishedPort,
  TapLink,
} from '@capsule/core';
import { fakeError } from './fake-error.ts';

/** The state that outlives the object that made it: the fake's Linux. */
export interface FakeNetworkState {
  readonly cells: Map<string, CellNetworkSeen>;
  published: readonly PublishedPort[];
}

type Verb = 'prepare' | 'attach' | 'detach' | 'list' | 'inspect' | 'publish';

/** Cells in memory, in 172.20.254.0/24. Tests decide which calls fail. */
export class FakeCellNetwork implements CellNetwork {
  readonly state: FakeNetworkState;
  /** Every call, in order: `attach main_default_default_web`. */
  readonly calls: string[] = [];
  readonly #failures = new Map<Verb, unknown[]>();

  constructor(state: FakeNetworkState = { cells: new Map(), published: [] }) {
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

  async attach(
    { key, link = 'veth', address }: CellNetworkSpec,
    signal?: AbortSignal,
  ): Promise<void> {
    this.#called('attach', key, signal);
    const [, last = ''] = /^172\.20\.254\.(\d{1,3})$/.exec(address) ?? [];
    if (last === '' || Number(last) < 2 || Number(last) > 254) {
      throw fakeError('NETWORK_ADDRESS_OUTSIDE', 'invalid', `${address} is no address for a cell`);
    }
    this.state.cells.set(key, { key, link, address, complete: true });
  }

  async detach(key: string, signal?: AbortSignal): Promise<void> {
    this.#called('detach', key, signal);
    this.state.cells.delete(key);
  }

  async list(signal?: AbortSignal): Promise<readonly CellNetworkSeen[]> {
    this.#called('list', '', signal);
    return [...this.state.cells.values()];
  }

  async inspect(key: string, signal?: AbortSignal): Promise<CellNetworkSeen | undefined> {
    this.#called('inspect', key, signal);
    return this.state.cells.get(key);
  }

  async publish(ports: readonly PublishedPort[], signal?: AbortSignal): Promise<void> {
    this.#called('publish', String(ports.length), signal);
    const taken = new Set(ports.map((port) => `${port.protocol}/${port.hostPort}`));
    if (taken.size < ports.length) {
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

  hostFiles(): readonly { readonly source: string; readonly target: string }[] {
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
