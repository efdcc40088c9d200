import {
  type CellContainer,
  type ContainerRecord,
  type ContainerRef,
  type Image,
  type ImageStore,
  isCapsuleError,
  nameOfContainer,
  normaliseImageReference,
  type WorkloadStatus,
} from '@capsule/core';
import { imageUseError } from './errors.ts';

/** What was brought this recently may be about to be used: a prune leaves it, unless it is told not to. */
const NEW_MS = 10 * 60_000;

export interface ImageCommandsParts {
  readonly images: ImageStore;
  readonly containers: () => readonly ContainerRecord[];
  readonly statusOf: (ref: ContainerRef) => WorkloadStatus;
  readonly now: () => number;
}

export interface Pruned {
  readonly removed: readonly Image[];
  readonly kept: readonly Image[];
  readonly freedBytes: number;
}

/** Removes images, and never one that a workload needs. */
export class ImageCommands {
  readonly #parts: ImageCommandsParts;

  constructor(parts: ImageCommandsParts) {
    this.#parts = parts;
  }

  /** The workloads, running or stopped, that name the image or whose container was made of it. */
  usersOf(image: Pick<Image, 'name' | 'digest'>): readonly string[] {
    return this.#containersOf(image).map(({ ref }) => nameOfContainer(ref));
  }

  #containersOf(image: Pick<Image, 'name' | 'digest'>): readonly ContainerRecord[] {
    return this.#parts.containers().filter(({ ref, spec }) => {
      if (namesImage(spec, image)) return true;
      return this.#parts.statusOf(ref).imageDigest === image.digest;
    });
  }

  /** Answers whether there was one. Fails with `IMAGE_IN_USE`. */
  async remove(name: string, signal: AbortSignal): Promise<boolean> {
    const { images } = this.#parts;
    const image = await images.get(name, signal);
    if (image === undefined) return false;
    const users = await this.#neededBy(image, signal);
    if (users.length > 0) throw imageUseError.IN_USE({ name, users });
    await images.remove(name, signal);
    return true;
  }

  /** Removes all that nobody uses; `all` also what is new. */
  async prune(
    { all, dryRun }: { readonly all: boolean; readonly dryRun: boolean },
    signal: AbortSignal,
  ): Promise<Pruned> {
    const { images, now } = this.#parts;
    const unused = (await images.list(signal)).filter((image) => this.usersOf(image).length === 0);
    const isNew = ({ updatedAt }: Image) => !all && now() - updatedAt < NEW_MS;
    const kept = unused.filter(isNew);
    const removed = unused.filter((image) => !isNew(image));
    if (dryRun || removed.length === 0) return { removed, kept, freedBytes: 0 };
    const before = await images.usedBytes(signal);
    // A workload may have been applied meanwhile: each is looked at again.
    for (const image of removed) {
      if (this.usersOf(image).length === 0) await images.remove(image.name, signal);
    }
    const freedBytes = Math.max(before - (await images.usedBytes(signal)), 0);
    return { removed, kept, freedBytes };
  }

  /** One of several names of an image may go while another keeps it. */
  async #neededBy(image: Image, signal: AbortSignal): Promise<readonly string[]> {
    const users = this.#containersOf(image);
    const byName = users.filter(({ spec }) => namesImage(spec, image));
    if (byName.length > 0 || users.length === 0)
      return byName.map(({ ref }) => nameOfContainer(ref));
    const all = await this.#parts.images.list(signal);
    const hasOther = all.some(({ name, digest }) => digest === image.digest && name !== image.name);
    return hasOther ? [] : users.map(({ ref }) => nameOfContainer(ref));
  }
}

/**
 * A microVM of a kernel and a disk names no image. A reference that cannot be read is one that an earlier
 * version took: it matches nothing, and concerns no other workload.
 */
function namesImage({ image }: CellContainer, { name }: Pick<Image, 'name'>): boolean {
  try {
    return image !== '' && normaliseImageReference(image) === name;
  } catch (error) {
    if (isCapsuleError(error)) return false;
    throw error;
  }
}
