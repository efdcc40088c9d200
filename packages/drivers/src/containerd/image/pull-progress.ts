import type { PullProgress } from '@capsule/core';
import type { Progress } from '../gen/containerd/types/transfer/progress_pb.ts';

interface Part {
  readonly done: number;
  readonly total: number;
}

/**
 * Sums containerd's reports over all parts of an image. Parts become known one after the other, so the total
 * grows; after the last one the image is being unpacked. `describe` is cheap and pure.
 */
export class PullTally {
  readonly #parts = new Map<string, Part>();

  /** Returns whether the report brought a new part or more bytes. */
  add({ event, name, progress, total, desc }: Progress): boolean {
    if (desc === undefined) return false;
    const before = this.#parts.get(name);
    const size = Number(total > 0n ? total : desc.size);
    const isWhole = event === 'complete' || event === 'already exists';
    const done = Math.max(before?.done ?? 0, isWhole ? size : Math.min(Number(progress), size));
    this.#parts.set(name, { done, total: size });
    return before === undefined || done > before.done;
  }

  describe(): PullProgress {
    const parts = [...this.#parts.values()];
    const doneBytes = parts.reduce((sum, part) => sum + part.done, 0);
    const totalBytes = parts.reduce((sum, part) => sum + part.total, 0);
    if (parts.length === 0) return { stage: 'resolving', doneBytes, totalBytes };
    const named = [...this.#parts].map(([name, { done, total }]) => ({
      name,
      doneBytes: done,
      totalBytes: total,
    }));
    // An index and its manifest are complete before any layer is known.
    const isComplete = parts.length > 2 && doneBytes >= totalBytes;
    const stage = isComplete ? 'unpacking' : 'pulling';
    return { stage, doneBytes, totalBytes, parts: named };
  }
}
