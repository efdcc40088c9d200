import type { Architecture } from '../../oci/architecture.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import type { FindLogin } from './answer-logins.ts';
import type { ImageReader } from './image-reader.ts';

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
  /** Logins for registries; absent where there are none. */
  readonly findLogin?: FindLogin;
}
