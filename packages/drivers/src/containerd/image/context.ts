import type { Architecture } from '../../oci/architecture.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import type { FindLogin } from './answer-logins.ts';
import type { ImageReader } from './image-reader.ts';

/** What the verbs of the image store share. */
export interface ImageContext {
  readonly client: ContainerdClient;
  readonly reader: ImageReader;
  readonly architecture: Architecture;
  readonly snapshotter: string;
  /** Directory of `<host>/hosts.toml`. */
  readonly certsDir: string;
  /** A pull that gets no byte for this long is given up. */
  readonly stallMs: number;
  /** Logins for registries; absent where there are none. */
  readonly findLogin?: FindLogin;
}
