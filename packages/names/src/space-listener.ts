import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { CapsuleError } from '@capsule/core';
import { dnsError } from './errors.ts';
import type { ListenerParts } from './serve/listener.ts';
import { listenTcp } from './serve/tcp-listener.ts';
import { listenUdp } from './serve/udp-listener.ts';

/** Time between attempts to listen. */
const RETRY_MS = 1000;

/** Listens over UDP and TCP at one address. Repeats failed attempts until it is disposed. */
export class SpaceListener implements AsyncDisposable {
  readonly #parts: ListenerParts;
  readonly #onChange: () => void;
  readonly #stop = new AbortController();
  #problem: CapsuleError | undefined;
  #serving: Promise<void> = Promise.resolve();

  /** Calls `onChange` whenever the result of `problem` may be another one. */
  constructor(parts: ListenerParts, onChange: () => void) {
    this.#parts = parts;
    this.#onChange = onChange;
  }

  /** Resolves after the first attempt to listen, whether it succeeded or failed. */
  async start(): Promise<void> {
    const tried = Promise.withResolvers<void>();
    this.#serving = this.#serve(tried.resolve);
    await tried.promise;
  }

  /** Why it does not listen now. */
  problem(): CapsuleError | undefined {
    return this.#problem;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#serving;
  }

  async #serve(tried: () => void): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const failure = await this.#listen(tried);
      if (signal.aborted) return;
      this.#set(this.#problemOf(failure));
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
      this.#set(undefined);
      listening();
      return await Promise.race([udp.broken, tcp.broken, aborted(this.#stop.signal)]);
    } catch (failure) {
      return failure;
    }
  }

  #set(problem: CapsuleError | undefined): void {
    this.#problem = problem;
    this.#onChange();
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
