/** An image in the capsule's cache. */
export interface Image {
  /** The full reference, `docker.io/library/nginx:1.27-alpine`. */
  readonly name: string;
  /** Of the manifest or index, `sha256:…`. */
  readonly digest: string;
  readonly sizeBytes: number;
  readonly updatedAt: number;
}
