import type {
  ByteSource,
  Image,
  ImageDetails,
  ImageStore,
  LoadRules,
  PullProgress,
} from '@capsule/core';
import { blob } from '../images/test-image.ts';
import { fakeError } from './fake-error.ts';
import { readArchive } from './read-archive.ts';

/** The answer of the fake's one registry to a request for an image. */
type Offer =
  | { readonly kind: 'image'; readonly sizeBytes: number }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'held'; readonly released: Promise<void> };

/** Images in memory, and a registry whose behaviour tests decide, reference by reference. */
export class FakeImageStore implements ImageStore {
  readonly #images = new Map<string, Image>();
  readonly #offers = new Map<string, Offer>();
  /** References of all pulls that were asked for, in order. */
  readonly pulls: string[] = [];

  /** The image is on the capsule already. */
  add(reference: string, sizeBytes = 1000): Image {
    const { digest } = blob(Buffer.from(reference));
    const image = { name: reference, digest, sizeBytes, updatedAt: Date.now() };
    this.#images.set(reference, image);
    return image;
  }

  /** The registry has the image. */
  offer(reference: string, sizeBytes = 1000): void {
    this.#offers.set(reference, { kind: 'image', sizeBytes });
  }

  /** Pulls of it fail. */
  fail(reference: string, error: unknown): void {
    this.#offers.set(reference, { kind: 'error', error });
  }

  /** Pulls of it stay where they are until the returned function is called; then they succeed. */
  hold(reference: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#offers.set(reference, { kind: 'held', released: promise });
    return resolve;
  }

  async list(signal?: AbortSignal): Promise<readonly Image[]> {
    signal?.throwIfAborted();
    return [...this.#images.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async get(reference: string, signal?: AbortSignal): Promise<Image | undefined> {
    signal?.throwIfAborted();
    return this.#images.get(reference);
  }

  async pull(
    reference: string,
    onProgress: (progress: PullProgress) => void,
    signal?: AbortSignal,
  ): Promise<Image> {
    signal?.throwIfAborted();
    this.pulls.push(reference);
    onProgress({ stage: 'resolving', doneBytes: 0, totalBytes: 0 });
    const offer = this.#offers.get(reference);
    if (offer === undefined) {
      throw fakeError('IMAGE_NOT_FOUND', 'notFound', `image ${reference} was not found`);
    }
    if (offer.kind === 'error') throw offer.error;
    const sizeBytes = offer.kind === 'image' ? offer.sizeBytes : 1000;
    onProgress({ stage: 'pulling', doneBytes: 0, totalBytes: sizeBytes });
    if (offer.kind === 'held') await released(offer.released, signal);
    onProgress({ stage: 'unpacking', doneBytes: sizeBytes, totalBytes: sizeBytes });
    return this.add(reference, sizeBytes);
  }

  async describe(reference: string, signal?: AbortSignal): Promise<ImageDetails | undefined> {
    const image = await this.get(reference, signal);
    const nothing = { entrypoint: [], cmd: [], env: [], layers: [] };
    const said = { workingDir: '/', user: '', stopSignal: '' };
    return image && { image, ...nothing, ...said };
  }

  async remove(reference: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#images.delete(reference);
  }

  async usedBytes(): Promise<number> {
    return [...this.#images.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  async *save(reference: string): AsyncGenerator<Uint8Array> {
    if (!this.#images.has(reference)) {
      throw fakeError('IMAGE_ABSENT', 'notFound', `no image ${reference}`);
    }
    yield Buffer.from(reference);
  }

  async load(
    archive: ByteSource,
    signal?: AbortSignal,
    { name, count }: LoadRules = {},
  ): Promise<readonly Image[]> {
    const parts: Uint8Array[] = [];
    for await (const part of archive) {
      signal?.throwIfAborted();
      parts.push(part);
    }
    const bytes = Buffer.concat(parts);
    count?.(bytes.length);
    const images = readArchive(bytes, name).map((image) => ({
      ...image,
      updatedAt: Date.now(),
    }));
    for (const image of images) this.#images.set(image.name, image);
    return images;
  }
}

async function released(promise: Promise<void>, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal?.reason);
  signal?.addEventListener('abort', stop);
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
