import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type CapsuleError,
  DEFAULT_BRIDGE_CIDR,
  type NameResponder,
  RESPONDER_PORT,
  type WorkloadName,
} from '@capsule/core';
import { parseResolvConf } from '@capsule/host';
import { dnsError } from './errors.ts';
import { Forwarder } from './forward/forwarder.ts';
import type { ListenerParts } from './serve/listener.ts';
import { createQueryHandler } from './serve/query-handler.ts';
import { listenTcp } from './serve/tcp-listener.ts';
import { listenUdp } from './serve/udp-listener.ts';
import { emptyZone, type NameZone, zoneWithNames } from './zone/name-zone.ts';

export interface BridgeResponderOptions {
  /** Subnet of the bridge; the responder listens on its first address. Default `172.20.254.0/24`. */
  readonly cidr?: string;
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

/** Time between attempts to listen. */
const RETRY_MS = 1000;

/**
 * Answers name queries at the bridge's own address over UDP and TCP, for cells and for the capsule itself.
 * It answers from the names of the last `update`; a new process starts without names. Retries failed
 * listening until it is disposed.
 */
export class BridgeResponder implements NameResponder, AsyncDisposable {
  readonly #parts: ListenerParts;
  readonly #onProblem: BridgeResponderOptions['onProblem'];
  readonly #upstreamPort: number;
  readonly #forwarder: Forwarder;
  readonly #stop = new AbortController();
  #zone: NameZone;
  #problem: CapsuleError | undefined;
  #serving: Promise<void> = Promise.resolve();

  /** Fails with `NETWORK_CIDR_INVALID`. */
  constructor(options: BridgeResponderOptions) {
    this.#zone = emptyZone(options.cidr ?? DEFAULT_BRIDGE_CIDR);
    this.#onProblem = options.onProblem;
    this.#upstreamPort = options.upstreamPort ?? 53;
    this.#forwarder = new Forwarder(options.monotonicMs);
    const { gateway, holds } = this.#zone.subnet;
    this.#parts = {
      address: gateway,
      port: options.port ?? RESPONDER_PORT,
      isClient: (address) => address === gateway || holds(address),
      handle: createQueryHandler({ zone: () => this.#zone, forwarder: this.#forwarder }),
      onFailure: options.onFailure,
    };
  }

  /** Resolves after the first attempt to listen, whether it succeeded or failed. */
  async start(): Promise<void> {
    const tried = Promise.withResolvers<void>();
    this.#serving = this.#serve(tried.resolve);
    await tried.promise;
  }

  update(names: readonly WorkloadName[]): void {
    this.#zone = zoneWithNames(this.#zone, names);
  }

  /** Forwards to the resolvers of this resolv.conf from now on, except to the responder itself, which would loop. */
  useUplink(resolvConf: string): void {
    const { nameservers, searches } = parseResolvConf(resolvConf);
    const others = nameservers.filter((address) => address !== this.#parts.address);
    this.#zone = { ...this.#zone, isUplinkLocal: searches.length > 0 };
    this.#forwarder.useUpstreams(others.map((address) => ({ address, port: this.#upstreamPort })));
  }

  problem(): CapsuleError | undefined {
    return this.#problem;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#serving, this.#forwarder[Symbol.asyncDispose]()]);
  }

  async #serve(tried: () => void): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const failure = await this.#listen(tried);
      if (signal.aborted) return;
      this.#say(this.#problemOf(failure));
      tried();
      await pause(RETRY_MS, undefined, { signal }).catch(whenAborted);
    }
  }

  /** Listens until disposal, or until listening fails: then returns the reason. */
  async #listen(listening: () => void): Promise<unknown> {
    try {
      await using stack = new AsyncDisposableStack();
      const udp = stack.use(await listenUdp(this.#parts));
      const tcp = stack.use(await listenTcp(this.#parts));
      this.#say(undefined);
      listening();
      return await Promise.race([udp.broken, tcp.broken, aborted(this.#stop.signal)]);
    } catch (failure) {
      return failure;
    }
  }

  #say(problem: CapsuleError | undefined): void {
    const isNews = problem?.message !== this.#problem?.message;
    this.#problem = problem;
    if (isNews) this.#onProblem(problem);
  }

  #problemOf(failure: unknown): CapsuleError {
    const { address, port } = this.#parts;
    const { code = String(failure) } = (failure ?? {}) as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') return dnsError.PORT_TAKEN({ address, port }, failure);
    return dnsError.NOT_LISTENING({ address, port, reason: code }, failure);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Ignores the abort that ends the pause; the loop checks the signal next. */
function whenAborted(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
