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

/** A younger image may be about to be used: a prune keeps it, except with `all`. */
const NEW_MS = 10 * 60_000;

export interface ImageCommandsParts {
  /** Of one realm. */
  readonly images: ImageStore;
  /** Of the same realm. */
  readonly containers: () => readonly ContainerRecord[];
  readonly statusOf: (ref: ContainerRef) => WorkloadStatus;
  readonly now: () => number;
}

export interface Pruned {
  readonly removed: readonly Image[];
  readonly kept: readonly Image[];
  readonly freedBytes: number;
}

/** Removes images of a realm, but never one that a container of it needs. */
export class ImageCommands {
  readonly #parts: ImageCommandsParts;

  constructor(parts: ImageCommandsParts) {
    this.#parts = parts;
  }

  /**
   * Returns the workloads, running or stopped, that name the image or whose container was made from
   * it.
   */
  usersOf(image: Pick<Image, 'name' | 'digest'>): readonly string[] {
    return this.#containersOf(image).map(({ ref }) => nameOfContainer(ref));
  }

  #containersOf(image: Pick<Image, 'name' | 'digest'>): readonly ContainerRecord[] {
    return this.#parts.containers().filter(({ ref, spec }) => {
      if (namesImage(spec, image)) return true;
      return this.#parts.statusOf(ref).imageDigest === image.digest;
    });
  }

  /** Returns whether the image existed. Fails with `IMAGE_IN_USE`. */
  async remove(name: string, signal: AbortSignal): Promise<boolean> {
    const { images } = this.#parts;
    const image = await images.get(name, signal);
    if (image === undefined) return false;
    const users = await this.#neededBy(image, signal);
    if (users.length > 0) throw imageUseError.IN_USE({ name, users });
    await images.remove(name, signal);
    return true;
  }

  /** Removes all unused images; with `all` also recent ones. */
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
    // A workload may have been applied meanwhile: each image is checked again.
    for (const image of removed) {
      if (this.usersOf(image).length === 0) await images.remove(image.name, signal);
    }
    const freedBytes = Math.max(before - (await images.usedBytes(signal)), 0);
    return { removed, kept, freedBytes };
  }

  /**
   * Returns the users that prevent a removal. One of several names may go while another keeps the
   * image.
   */
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
 * Returns whether a container's spec names the image. A microVM with a kernel and a disk names
 * none. A reference that cannot be parsed comes from an earlier version: it names no image and must
 * not affect other workloads.
 */
function namesImage({ image }: CellContainer, { name }: Pick<Image, 'name'>): boolean {
  try {
    return image !== '' && normaliseImageReference(image) === name;
  } catch (error) {
    if (isCapsuleError(error)) return false;
    throw error;
  }
}
