import type { ImageConfig } from '../oci/image-config.ts';
import type { ResolvedUser } from '../oci/user/resolved-user.ts';

/** What an image's digest stands for on this machine's processor. Digests never change meaning. */
export interface ImageContent {
  readonly config: ImageConfig;
  /** The snapshot with all layers; empty for an image without layers. */
  readonly chainId: string;
  /** Manifest, configuration and layers, as stored. */
  readonly sizeBytes: number;
}

/** An image that is on the capsule. */
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
 * The images of the capsule, for a driver that makes something else of them than containers: what they hold, who
 * their users are, and their layers. All that it needs of the driver that keeps them.
 */
export interface ImageSource {
  /**
   * Fails with `RUNTIME_IMAGE_MISSING`, and with `IMAGE_INVALID` when it cannot be used on this machine.
   * `container` is for people: whose image it is.
   */
  find(
    wanted: { readonly container: string; readonly image: string },
    signal?: AbortSignal,
  ): Promise<FoundImage>;

  /**
   * The chain ids of all images, without those that cannot be read. Fails when the images cannot be asked for:
   * callers remove what belongs to no image.
   */
  chainIds(): Promise<readonly string[]>;

  /** Who `user` is in an image, or the image's own user where it is empty. Fails with `RUNTIME_USER_UNKNOWN`. */
  findUser(image: string, content: ImageContent, user: string): Promise<ResolvedUser>;

  /** Keeps the layers of an image that is unpacked from being collected while `use` works with them. */
  withLayers<T>(chainId: string, use: (run: RunAtRoot) => Promise<T>): Promise<T>;

  /** Makes an error for people of any answer that the work has no meaning for: `containerd could not <action>`. */
  translateErrors<T>(action: string, work: Promise<T>, signal?: AbortSignal): Promise<T>;
}
