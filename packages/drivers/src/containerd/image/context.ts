import type { Architecture } from '../../oci/architecture.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import type { FindLogin } from './answer-logins.ts';
import type { ImageReader } from './image-reader.ts';

/** The way of large blobs into containerd's content. */
export interface BlobPlace {
  readonly filesBinary: string;
  /** A folder of capsuled alone, on the filesystem of `contentFolder`. */
  readonly folder: string;
  /** containerd's `io.containerd.content.v1.content`. */
  readonly contentFolder: string;
}

/** The dependencies and options of the image store's verbs. */
export interface ImageContext {
  readonly client: ContainerdClient;
  readonly reader: ImageReader;
  readonly architecture: Architecture;
  readonly snapshotter: string;
  /** The directory of `<host>/hosts.toml`. */
  readonly certsDir: string;
  /** A pull that receives no byte for this long is aborted. */
  readonly stallMs: number;
  /** Where large blobs of archives come directly; absent: with all the rest. */
  readonly blobs?: BlobPlace;
  /** Logins for registries; absent where there are none. */
  readonly findLogin?: FindLogin;
}
