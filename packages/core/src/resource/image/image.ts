/** An image in the capsule's cache. */
export interface Image {
  /** The full reference, `docker.io/library/nginx:1.27-alpine`. */
  readonly name: string;
  /** Of the manifest or index, `sha256:…`. */
  readonly digest: string;
  readonly sizeBytes: number;
  readonly updatedAt: number;
}

/** The settings of an image for running it. */
export interface ImageDetails {
  readonly image: Image;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly string[];
  readonly workingDir: string;
  readonly user: string;
  readonly stopSignal: string;
  /** Digests of the unpacked layers, bottom first. */
  readonly layers: readonly string[];
}
