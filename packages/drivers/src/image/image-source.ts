import type { ImageConfig } from '../oci/image-config.ts';
import type { ResolvedUser } from '../oci/user/resolved-user.ts';

/** The content of an image's digest for this machine's processor. It never changes. */
export interface ImageContent {
  readonly config: ImageConfig;
  /** The snapshot with all layers; empty for an image without layers. */
  readonly chainId: string;
  /** Manifest, configuration and layers, as stored. */
  readonly sizeBytes: number;
}

/** An image in the capsule's image cache. */
export interface FoundImage {
  readonly digest: string;
  readonly content: ImageContent;
}

/** Runs a program that sees files at `root`. Fails as `run`. */
export type RunAtRoot = (
  command: (root: string) => readonly [string, ...string[]],
  timeoutMs: number,
) => Promise<void>;

/**
 * The capsule's images, as a driver for microVMs needs them from the driver that keeps them: their content,
 * users and layers.
 */
export interface ImageSource {
  /**
   * Fails with `RUNTIME_IMAGE_MISSING`, and with `IMAGE_INVALID` when the image cannot be used on this
   * machine. `container` is named in errors.
   */
  find(
    wanted: { readonly container: string; readonly image: string },
    signal?: AbortSignal,
  ): Promise<FoundImage>;

  /**
   * Returns the chain ids of all images, without those that cannot be read. Fails when the images cannot be
   * listed: callers remove everything that belongs to no image.
   */
  chainIds(): Promise<readonly string[]>;

  /**
   * Resolves `user` in an image, or the image's own user where it is empty. Fails with
   * `RUNTIME_USER_UNKNOWN`.
   */
  findUser(image: string, content: ImageContent, user: string): Promise<ResolvedUser>;

  /** Protects the layers of an unpacked image from garbage collection while `use` works with them. */
  withLayers<T>(chainId: string, use: (run: RunAtRoot) => Promise<T>): Promise<T>;

  /**
   * Awaits `work`, and translates an error that the caller has no meaning for into `containerd could not
   * <action>`.
   */
  translateErrors<T>(action: string, work: Promise<T>, signal?: AbortSignal): Promise<T>;
}
