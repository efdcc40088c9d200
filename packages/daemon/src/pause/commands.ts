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
  /** Called when the reasons of a container that stays paused change. */
  readonly onChange: (ref: ContainerRef) => void;
  readonly log: Log;
}

interface Held {
  readonly ref: ContainerRef;
  readonly reason: PauseReason;
}

/**
 * Pauses containers, and resumes each after its last reason is removed. Leaves alone a container
 * that another program paused: capsuled has no reason for it. The one writer of `PauseRecords`.
 *
 * INVARIANTS: work on one container is serial. A reason is stored before its container is paused,
 * and removed after it is resumed: if capsuled is killed in between, the next one knows the pause.
 * A full disk prevents no pause: this capsuled remembers the reason that the disk refused, and a
 * later call stores it.
 */
export class PauseCommands {
  readonly #parts: PauseCommandsParts;
  readonly #lock = keyedLock(new AsyncLockScope());
  /** Reasons that the disk refused to store. */
  readonly #unstored = new Map<string, Held>();
  /** Containers whose reasons of an earlier run the disk refused to remove. */
  readonly #unforgotten = new Set<string>();

  constructor(parts: PauseCommandsParts) {
    this.#parts = parts;
  }

  /**
   * Pauses a container for a reason. Returns whether it ran before; does nothing if it is not
   * alive. Idempotent.
   */
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
   * Stores the reason of a container that an earlier capsuled paused while the disk refused the
   * reason; the caller knows that reason. Does nothing if the container has a reason or is not
   * paused.
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

  /** Removes a reason, and resumes the container after its last one. Idempotent. */
  release(ref: ContainerRef, reason: PauseReason, signal?: AbortSignal): Promise<void> {
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

  /** Resumes a container for its stop, whatever the reasons: no signal ends a paused process. */
  resumeForStop(ref: ContainerRef, signal?: AbortSignal): Promise<void> {
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
   * Discards the reasons of an earlier run: a new run begins, or the container is gone. A full disk
   * prevents no run: a later call removes the reasons that the disk kept.
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
      this.#parts.log.error('pause reasons not removed', {
        name: nameOfContainer(ref),
        error,
      });
    }
  }

  /** Removes the reasons of an earlier run that are still stored. */
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
        this.#parts.log.error('pause reason not stored', {
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
