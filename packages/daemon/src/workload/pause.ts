import {
  type ContainerRef,
  type ContainerRuntime,
  containerKey,
  isAlive,
  keyedLock,
  type PauseReason,
} from '@capsule/core';
import { AsyncLockScope, type Log } from '@capsule/engine';
import type { Pauses } from '../store/pauses.ts';

export interface PauseKeeperParts {
  readonly pauses: Pauses;
  readonly runtime: Pick<ContainerRuntime, 'inspect' | 'pause' | 'resume'>;
  /** The reasons of one that goes on standing still are others now. */
  readonly onChange: (ref: ContainerRef) => void;
  readonly log: Log;
}

/**
 * Holds containers still, and lets each go when nobody has a reason to hold it any more. One that was paused by
 * somebody else has no reason that is known here, and is left alone. The one writer of `Pauses`.
 *
 * INVARIANTS: work on one container is serial. A reason is stored before its container is paused, and removed after it
 * goes on: a capsuled that is killed in between leaves one that is known to be held. A disk that is full keeps no
 * container from being paused: what it refused is known to this capsuled, and stored by a later call.
 */
export class PauseKeeper {
  readonly #parts: PauseKeeperParts;
  readonly #alone = keyedLock(new AsyncLockScope());
  /** Reasons that the disk refused. */
  readonly #unstored = new Map<
    string,
    { readonly ref: ContainerRef; readonly reason: PauseReason }
  >();

  constructor(parts: PauseKeeperParts) {
    this.#parts = parts;
  }

  /** Answers whether it ran before. One that is not alive is not held. Idempotent. */
  hold(ref: ContainerRef, reason: PauseReason, signal?: AbortSignal): Promise<boolean> {
    const { runtime, onChange } = this.#parts;
    return this.#alone(containerKey(ref), async () => {
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
    return this.#alone(containerKey(ref), async () => {
      const seen = await runtime.inspect(ref, signal);
      if (seen?.task !== 'paused' || this.reasonsOf(ref).length > 0) return;
      this.#store(ref, reason);
      onChange(ref);
    });
  }

  /** Takes one reason back. Idempotent. */
  letGo(ref: ContainerRef, reason: PauseReason, signal?: AbortSignal): Promise<void> {
    const { pauses, runtime, onChange } = this.#parts;
    return this.#alone(containerKey(ref), async () => {
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
    return this.#alone(containerKey(ref), async () => {
      const seen = await runtime.inspect(ref, signal);
      if (seen?.task === 'paused') await runtime.resume(ref, signal);
    });
  }

  reasonsOf(ref: ContainerRef): readonly PauseReason[] {
    const unstored = this.#unstoredOf((one) => containerKey(one.ref) === containerKey(ref));
    const stored = this.#parts.pauses.reasonsOf(ref);
    return [...new Set([...stored, ...unstored.map(({ reason }) => reason)])];
  }

  heldFor(reason: PauseReason): readonly ContainerRef[] {
    const unstored = this.#unstoredOf((one) => one.reason === reason);
    return [...this.#parts.pauses.heldFor(reason), ...unstored.map(({ ref }) => ref)];
  }

  /** A run begins, or its container is gone: what held an earlier run holds nothing any more. */
  forget(ref: ContainerRef): void {
    this.#parts.pauses.clear(ref);
    for (const { reason } of this.#unstoredOf((one) => containerKey(one.ref) === containerKey(ref)))
      this.#unstored.delete(keyOf(ref, reason));
  }

  #unstoredOf(is: (one: { readonly ref: ContainerRef; readonly reason: PauseReason }) => boolean) {
    return [...this.#unstored.values()].filter(is);
  }

  #store(ref: ContainerRef, reason: PauseReason): void {
    const key = keyOf(ref, reason);
    try {
      this.#parts.pauses.add(ref, reason);
      this.#unstored.delete(key);
    } catch (error) {
      if (!this.#unstored.has(key)) {
        this.#parts.log.error('reason of a pause not stored', { name: ref.container, error });
      }
      this.#unstored.set(key, { ref, reason });
    }
  }
}

function keyOf(ref: ContainerRef, reason: PauseReason): string {
  return `${containerKey(ref)} ${reason}`;
}
