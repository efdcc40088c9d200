import type { Image, ImageDetails } from '../resource/image/image.ts';
import type { ByteSource } from './byte-connection.ts';

export interface PullProgress {
  readonly stage: 'resolving' | 'pulling' | 'unpacking';
  readonly doneBytes: number;
  /** 0 while it is not known. */
  readonly totalBytes: number;
  /** How far each layer and other blob is, in the order in which they became known. */
  readonly parts?: readonly PullPart[];
}

export interface PullPart {
  readonly name: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** How an archive is loaded. */
export interface LoadRules {
  /** Takes the place of the names in the archive; without a tag, that of the archive counts. */
  readonly name?: string | undefined;
  /** Called with the size of what came, before the images are named. */
  readonly count?: (bytes: number) => void;
}

/** The capsule's image cache. References are full ones (see `normaliseImageReference`). */
export interface ImageStore {
  list(signal?: AbortSignal): Promise<readonly Image[]>;
  get(reference: string, signal?: AbortSignal): Promise<Image | undefined>;
  /**
   * Fetches and unpacks. Idempotent. Fails with `IMAGE_NOT_FOUND`, `IMAGE_DENIED`,
   * `IMAGE_REGISTRY_UNREACHABLE`, `IMAGE_STALLED`, `IMAGE_INVALID`.
   */
  pull(
    reference: string,
    onProgress: (progress: PullProgress) => void,
    signal?: AbortSignal,
  ): Promise<Image>;
  /**
   * Takes a `docker save` archive or a tar of an OCI layout, unpacks it, and answers the full
   * references it brought. Fails with `IMAGE_INVALID`, `IMAGE_UNNAMED` when nothing in it has a name, or
   * `IMAGE_AMBIGUOUS` when `how.name` could be of several images, and leaves nothing behind.
   */
  load(archive: ByteSource, signal?: AbortSignal, how?: LoadRules): Promise<readonly Image[]>;
  /** How the image is to be run; undefined when it is not there. */
  describe(reference: string, signal?: AbortSignal): Promise<ImageDetails | undefined>;
  /** Removes the name, and all that nothing else needs. Idempotent. */
  remove(reference: string, signal?: AbortSignal): Promise<void>;
  /** Bytes that all images and containers take together, packed and unpacked. */
  usedBytes(signal?: AbortSignal): Promise<number>;
  /** The image as an archive that `load` takes. Fails with `IMAGE_ABSENT`. */
  save(reference: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

/** The image caches of all realms. They share content and registry logins, and nothing else. */
export interface ImageStores {
  /** Fails with `REALM_UNKNOWN`. Cheap. */
  of(realm: string): ImageStore;
}
