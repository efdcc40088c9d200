import {
  type CapsuleError,
  type CellNames,
  keyedLock,
  type NameResponder,
  RESPONDER_PORT,
  type SpaceNetworkSpec,
  type Subnet,
} from '@capsule/core';
import { parseResolvConf } from '@capsule/host';
import { Forwarder } from './forward/forwarder.ts';
import { createQueryHandler } from './serve/query-handler.ts';
import { SpaceListener } from './space-listener.ts';
import { type NameZone, type ZoneSpace, zoneOf, zoneSpace } from './zone/name-zone.ts';

export interface BridgeResponderOptions {
  readonly port?: number;
  /** Port of the uplink's resolvers. */
  readonly upstreamPort?: number;
  /** Called with the reason when the responder stops answering names, and with undefined when it answers again. */
  readonly onProblem: (problem: CapsuleError | undefined) => void;
  /** Called when a bug of the responder left a query without an answer. */
  readonly onFailure: (failure: unknown) => void;
  /** A monotonic clock, in milliseconds. */
  readonly monotonicMs: () => number;
}

interface Served {
  readonly space: ZoneSpace;
  readonly listener: SpaceListener;
  /** Made at the first query after a change. */
  zone?: NameZone | undefined;
}

/**
 * Answers name queries at the addresses of the spaces' bridges over UDP and TCP, for the cells of each space and
 * for the capsule itself. It answers from the names of the last `update`; a new process starts without names.
 */
export class BridgeResponder implements NameResponder, AsyncDisposable {
  readonly #options: BridgeResponderOptions;
  readonly #forwarder: Forwarder;
  readonly #lock = keyedLock();
  readonly #served = new Map<string, Served>();
  #names: readonly CellNames[] | undefined;
  #uplink = { nameservers: [] as readonly string[], isLocal: false };
  /** The resolvers of the uplink in use. */
  #asked: readonly string[] = [];
  #reported: CapsuleError | undefined;

  constructor(options: BridgeResponderOptions) {
    this.#options = options;
    this.#forwarder = new Forwarder(options.monotonicMs);
  }

  serveSpace({ key, cidr }: Pick<SpaceNetworkSpec, 'key' | 'cidr'>): Promise<void> {
    return this.#lock(key, async () => {
      const space = zoneSpace(key, cidr);
      if (this.#served.get(key)?.space.subnet.cidr === space.subnet.cidr) return;
      await this.#end(key);
      const listener = this.#listenerOf(space, () => this.#zoneOf(served));
      const served: Served = { space, listener };
      this.#served.set(key, served);
      this.#spacesChanged();
      await listener.start();
    });
  }

  endSpace(key: string): Promise<void> {
    return this.#lock(key, () => this.#end(key));
  }

  update(names: readonly CellNames[]): void {
    this.#names = names;
    this.#forgetZones();
  }

  /** Forwards to the resolvers of this resolv.conf from now on, except to the responder itself, which would loop. */
  useUplink(resolvConf: string): void {
    const { nameservers, searches } = parseResolvConf(resolvConf);
    this.#uplink = { nameservers, isLocal: searches.length > 0 };
    this.#forgetZones();
    this.#useUpstreams(this.#upstreams());
  }

  problem(): CapsuleError | undefined {
    const listeners = [...this.#served.values()].map(({ listener }) => listener);
    return listeners.map((one) => one.problem()).find((problem) => problem !== undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#served.keys()].map((key) => this.endSpace(key)));
    await this.#forwarder[Symbol.asyncDispose]();
  }

  async #end(key: string): Promise<void> {
    const served = this.#served.get(key);
    this.#served.delete(key);
    await served?.listener[Symbol.asyncDispose]();
    this.#spacesChanged();
    this.#report();
  }

  #listenerOf({ subnet: { gateway, holds } }: ZoneSpace, zone: () => NameZone): SpaceListener {
    const parts = {
      address: gateway,
      port: this.#options.port ?? RESPONDER_PORT,
      isClient: (address: string) => address === gateway || holds(address),
      handle: createQueryHandler({ zone, forwarder: this.#forwarder }),
      onFailure: this.#options.onFailure,
    };
    return new SpaceListener(parts, () => this.#report());
  }

  #zoneOf(served: Served): NameZone {
    const { space } = served;
    served.zone ??= {
      ...zoneOf(space, this.#names),
      others: this.#subnets().filter(({ cidr }) => cidr !== space.subnet.cidr),
      isUplinkLocal: this.#uplink.isLocal,
    };
    return served.zone;
  }

  #subnets(): readonly Subnet[] {
    return [...this.#served.values()].map(({ space }) => space.subnet);
  }

  /** Questions to the uplink that are under way go on, unless a resolver of it is our own. */
  #spacesChanged(): void {
    this.#forgetZones();
    const wanted = this.#upstreams();
    if (wanted.join() === this.#asked.join()) return;
    this.#useUpstreams(wanted);
  }

  #upstreams(): readonly string[] {
    const own = this.#subnets().map(({ gateway }) => gateway);
    return this.#uplink.nameservers.filter((address) => !own.includes(address));
  }

  #useUpstreams(addresses: readonly string[]): void {
    this.#asked = addresses;
    const port = this.#options.upstreamPort ?? 53;
    this.#forwarder.useUpstreams(addresses.map((address) => ({ address, port })));
  }

  #forgetZones(): void {
    for (const served of this.#served.values()) served.zone = undefined;
  }

  #report(): void {
    const problem = this.problem();
    if (problem?.message === this.#reported?.message) return;
    this.#reported = problem;
    this.#options.onProblem(problem);
  }
}
