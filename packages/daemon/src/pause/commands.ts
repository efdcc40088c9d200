import {
  type ContainerRef,
  type ContainerRuntime,
  containerKey,
  isAlive,
  keyedLock,
  nameOfContainer,
  type PauseReason,
} from '@capsule/core';
import { AsyncLockScope, type Log } from '@capsule/engine';
import type { PauseRecords } from './records.ts';

export interface PauseCommandsParts {
  readonly pauses: PauseRecords;
  readonly runtime: Pick<ContainerRuntime, 'inspect' | 'pause' | 'resume'>;
  /** The reasons of one that goes on standing still are others now. */
  readonly onChange: (ref: ContainerRef) => void;
  readonly log: Log;
}

interface Held {
  readonly ref: ContainerRef;
  readonly reason: PauseReason;
}

/**
 * Holds containers still, and lets each go when nobody has a reason to hold it any more. One that was paused by
 * somebody else has no reason that is known here, and is left alone. The one writer of `PauseRecords`.
 *
 * INVARIANTS: work on one container is serial. A reason is stored before its container is paused, and removed after it
 * goes on: a capsuled that is killed in between leaves one that is known to be held. A disk that is full keeps no
 * container from being paused: what it refused is known to this capsuled, and stored by a later call.
 */
export class PauseCommands {
  readonly #parts: PauseCommandsParts;
  readonly #lock = keyedLock(new AsyncLockScope());
  /** Reasons that the disk refused. */
  readonly #unstored = new Map<string, Held>();
  /** Containers of whose earlier run the disk kept the reasons, against the order to remove them. */
  readonly #unforgotten = new Set<string>();

  constructor(parts: PauseCommandsParts) {
    this.#parts = parts;
  }

  /** Answers whether it ran before. One that is not alive is not held. Idempotent. */
  hold(ref: ContainerRef, reason: PauseReason, signal?: AbortSignal): Promise<boolean> {
    const { runtime, onChange } = this.#parts;
    return this.#lock(containerKey(ref), async () => {
      const task = (await runtime.inspect(ref, signal))?.task ?? 'none';
      const before = this.reasonsOf(ref);
      if (!isAlive(task) || (task === 'paused' && before.length === 0)) return false;
      this.#store(ref, reason);
      if (task !== 'paused') await runtime.pause(ref, signal);
      else if (!before.includes(reason)) onChange(ref);
      return task !== 'paused';
    });
  }

  /**
   * For who knows why one stands still that an earlier capsuled paused, when the disk refused the reason. One that has
   * a reason, or does not stand still, is left as it is.
   */
  adopt(ref: ContainerRef, reason: PauseReason, signal?: AbortSignal): Promise<void> {
    const { runtime, onChange } = this.#parts;
    return this.#lock(containerKey(ref), async () => {
      const seen = await runtime.inspect(ref, signal);
      if (seen?.task !== 'paused' || this.reasonsOf(ref).length > 0) return;
      this.#store(ref, reason);
      onChange(ref);
    });
  }

  /** Takes one reason back. Idempotent. */
  letGo(ref: ContainerRef, reason: PauseReason, signal?: AbortSignal): Promise<void> {
    const { pauses, runtime, onChange } = this.#parts;
    return this.#lock(containerKey(ref), async () => {
      const reasons = this.reasonsOf(ref);
      if (!reasons.includes(reason)) return;
      const isLast = reasons.length === 1;
      if (isLast) await runtime.resume(ref, signal);
      pauses.remove(ref, reason);
      this.#unstored.delete(keyOf(ref, reason));
      if (!isLast) onChange(ref);
    });
  }

  /** Whatever the reasons: it is being stopped, and what stands still ends by no signal. */
  letEnd(ref: ContainerRef, signal?: AbortSignal): Promise<void> {
    const { runtime } = this.#parts;
    return this.#lock(containerKey(ref), async () => {
      const seen = await runtime.inspect(ref, signal);
      if (seen?.task === 'paused') await runtime.resume(ref, signal);
    });
  }

  reasonsOf(ref: ContainerRef): readonly PauseReason[] {
    const key = containerKey(ref);
    const unstored = this.#unstoredOf((one) => containerKey(one.ref) === key);
    const stored = this.#unforgotten.has(key) ? [] : this.#parts.pauses.reasonsOf(ref);
    return [...new Set([...stored, ...unstored.map(({ reason }) => reason)])];
  }

  heldFor(reason: PauseReason): readonly ContainerRef[] {
    const unstored = this.#unstoredOf((one) => one.reason === reason);
    const stored = this.#parts.pauses.heldFor(reason);
    const held = stored.filter((ref) => !this.#unforgotten.has(containerKey(ref)));
    return [...held, ...unstored.map(({ ref }) => ref)];
  }

  /**
   * A run begins, or its container is gone: what held an earlier run holds nothing any more. A disk that is full
   * keeps no run from beginning: a later call removes what it kept.
   */
  forget(ref: ContainerRef): void {
    const key = containerKey(ref);
    for (const { reason } of this.#unstoredOf((one) => containerKey(one.ref) === key))
      this.#unstored.delete(keyOf(ref, reason));
    if (this.#parts.pauses.reasonsOf(ref).length === 0) return;
    this.#unforgotten.add(key);
    try {
      this.#clear(ref);
    } catch (error) {
      this.#parts.log.error('reasons of a pause not removed', {
        name: nameOfContainer(ref),
        error,
      });
    }
  }

  /** Where an earlier run's reasons are stored still. */
  #clear(ref: ContainerRef): void {
    if (!this.#unforgotten.has(containerKey(ref))) return;
    this.#parts.pauses.clear(ref);
    this.#unforgotten.delete(containerKey(ref));
  }

  #unstoredOf(is: (one: Held) => boolean): Held[] {
    return [...this.#unstored.values()].filter(is);
  }

  #store(ref: ContainerRef, reason: PauseReason): void {
    const key = keyOf(ref, reason);
    try {
      this.#clear(ref);
      this.#parts.pauses.add(ref, reason);
      this.#unstored.delete(key);
    } catch (error) {
      if (!this.#unstored.has(key)) {
        this.#parts.log.error('reason of a pause not stored', {
          name: nameOfContainer(ref),
          error,
        });
      }
      this.#unstored.set(key, { ref, reason });
    }
  }
}

function keyOf(ref: ContainerRef, reason: PauseReason): string {
  return `${containerKey(ref)} ${reason}`;
}
