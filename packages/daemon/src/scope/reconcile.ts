import {
  isWithin,
  type NodeState,
  type Place,
  placeFromKey,
  placeKey,
  placeOfCell,
  type ScopeRecord,
} from '@capsule/core';
import { type Feed, KeyedQueue, type Log, type Requeue, type Turn } from '@capsule/engine';
import type { Cells } from '../store/cells.ts';
import { type Scopes, scopesIn } from '../store/scopes.ts';

/** Back-off between failed reconciles of a scope. */
const BACK_OFF = { firstMs: 500, mostMs: 60_000, jitter: 0.2 };

/** The things outside of the store that scopes of one level are made of. All calls are idempotent. */
export interface ScopeMaker {
  make(record: ScopeRecord, signal: AbortSignal): Promise<void>;
  unmake(record: ScopeRecord, signal: AbortSignal): Promise<void>;
}

/** The observed state of a scope. */
export interface ScopeState {
  readonly state: NodeState;
  readonly reason: string;
  readonly message: string;
  /** The generation that this state speaks of. */
  readonly generation: number;
}

export interface ScopeControllerParts {
  readonly scopes: Scopes;
  readonly cells: Pick<Cells, 'list'>;
  readonly maker: ScopeMaker;
  readonly feed: Feed;
  readonly log: Log;
}

/** Makes realms, spaces and stacks as they are stored, and removes those that are deleted and empty. */
export class ScopeController {
  readonly #parts: ScopeControllerParts;
  /** By the key of the place. */
  readonly #states = new Map<string, ScopeState>();
  readonly #queue: KeyedQueue;
  readonly #listener: Disposable;

  constructor(parts: ScopeControllerParts) {
    this.#parts = parts;
    this.#queue = new KeyedQueue({
      concurrency: 4,
      backOff: BACK_OFF,
      run: (key, turn) => this.#reconcile(placeFromKey(key), turn),
      onFailure: (key, error, retryInMs) => this.#noteFailure(key, error, retryInMs),
    });
    this.#listener = parts.feed.listen((key) => this.#wakeDeleted(key));
  }

  start(): void {
    for (const { place } of this.#parts.scopes.list()) this.#queue.add(placeKey(place));
  }

  /** A scope was stored or changed. */
  changed(place: Place): void {
    this.#queue.restart(placeKey(place));
    this.#parts.feed.notify(placeKey(place));
  }

  stateOf({ place, generation, isDeleting }: ScopeRecord): ScopeState {
    const known = this.#states.get(placeKey(place));
    if (isDeleting) {
      const isStuck = known?.state === 'failed' && known.generation === generation;
      const message = isStuck ? `cannot be deleted yet: ${known.message}` : 'being deleted';
      return { state: isStuck ? 'failed' : 'pending', reason: 'Deleting', message, generation };
    }
    return known ?? { state: 'pending', reason: 'Accepted', message: 'being made', generation: 0 };
  }

  /** Makes the scopes of a place that are not made yet: a cell needs them. Fails as the maker does. */
  async ensure(place: Place, signal: AbortSignal): Promise<void> {
    const { scopes, maker } = this.#parts;
    for (const record of scopes.list().filter((one) => isWithin(place, one.place))) {
      if (this.#states.get(placeKey(record.place))?.state === 'ready') continue;
      await maker.make(record, signal);
      this.#set(record, { state: 'ready', reason: 'Ready', message: 'ready' });
    }
  }

  /** Makes the scopes of a place again: something of them may have been taken away on the capsule. */
  remake(place: Place): void {
    const scopes = this.#parts.scopes.list().filter((one) => isWithin(place, one.place));
    for (const one of scopes) {
      this.#states.delete(placeKey(one.place));
      this.#queue.add(placeKey(one.place));
    }
  }

  /** Resolves with true when a scope is gone, with false when `signal` aborts first. Idempotent. */
  async untilGone(place: Place, signal: AbortSignal): Promise<boolean> {
    const { scopes, feed } = this.#parts;
    const uid = scopes.get(place)?.uid;
    const changes = feed.changes(signal);
    while (uid !== undefined && scopes.get(place)?.uid === uid) {
      if ((await changes.next()).done === true) return false;
    }
    await changes.return(undefined);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener[Symbol.dispose]();
    await this.#queue[Symbol.asyncDispose]();
  }

  async #reconcile(place: Place, { signal }: Turn): Promise<Requeue> {
    const { scopes, maker, feed } = this.#parts;
    const record = scopes.get(place);
    if (record === undefined) return undefined;
    if (!record.isDeleting) {
      await maker.make(record, signal);
      this.#set(record, { state: 'ready', reason: 'Ready', message: 'ready' });
      return undefined;
    }
    // The feed wakes this key when something in it has gone.
    if (!this.#isEmpty(place)) return undefined;
    await maker.unmake(record, signal);
    if (!scopes.remove(record)) return { afterMs: 0 };
    this.#states.delete(placeKey(place));
    feed.notify(placeKey(place));
    return undefined;
  }

  #isEmpty(place: Place): boolean {
    const { scopes, cells } = this.#parts;
    const held = cells.list().some(({ id }) => isWithin(placeOfCell(id), place));
    return !held && scopesIn(scopes.list(), place).length === 0;
  }

  /** A cell or scope has changed: it may have been the last one in a scope that is to go. */
  #wakeDeleted(key: string): void {
    const place = placeFromKey(key);
    for (const one of this.#parts.scopes.list()) {
      if (one.isDeleting && isWithin(place, one.place)) this.#queue.add(placeKey(one.place));
    }
  }

  #noteFailure(key: string, error: unknown, retryInMs: number): void {
    const { scopes, log } = this.#parts;
    log.warn('scope not reconciled', { key, error, retryInMs });
    const record = scopes.get(placeFromKey(key));
    if (record === undefined) return;
    const message = error instanceof Error ? error.message : String(error);
    this.#set(record, { state: 'failed', reason: 'Failed', message });
  }

  #set({ place, generation }: ScopeRecord, state: Omit<ScopeState, 'generation'>): void {
    const key = placeKey(place);
    const before = this.#states.get(key);
    this.#states.set(key, { ...state, generation });
    const isSame = before?.state === state.state && before.message === state.message;
    if (!isSame || before?.generation !== generation) this.#parts.feed.notify(key);
  }
}
