import { arch } from 'node:os';
import type { Image, ImageStore, PullProgress } from '@capsule/core';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { type Doing, doing } from '../client/rpc-error.ts';
import { type Architecture, architectureOf } from '../oci/architecture.ts';
import type { ImageContext } from './context.ts';
import { ImageReader } from './image-reader.ts';
import { getImage, listImages } from './list-images.ts';
import { loadArchive } from './load-archive.ts';
import { pullImage } from './pull-image.ts';

export interface ContainerdImagesOptions {
  /** Directory of `<host>/hosts.toml`. Default `/perm/containerd-certs.d`. */
  readonly certsDir?: string;
  /** A pull without a byte for this long fails with `IMAGE_STALLED`. Default one minute. */
  readonly stallMs?: number;
  /** Default `overlayfs`. */
  readonly snapshotter?: string;
  /** Default: this machine's. */
  readonly arch?: Architecture;
}

/** The image cache in containerd's content store and snapshotter. */
export class ContainerdImages implements ImageStore {
  readonly #context: ImageContext;
  /** Archives name their parts alike, so two at once would write into each other's. */
  #loading: Promise<unknown> = Promise.resolve();

  constructor(client: ContainerdClient, options: ContainerdImagesOptions = {}) {
    const architecture = options.arch ?? architectureOf(arch());
    this.#context = {
      client,
      architecture,
      reader: new ImageReader(client, architecture),
      snapshotter: options.snapshotter ?? 'overlayfs',
      certsDir: options.certsDir ?? '/perm/containerd-certs.d',
      stallMs: options.stallMs ?? 60_000,
    };
  }

  list(signal?: AbortSignal): Promise<readonly Image[]> {
    return doing(this.#doing('list images', signal), listImages(this.#context, signal));
  }

  get(reference: string, signal?: AbortSignal): Promise<Image | undefined> {
    return doing(
      this.#doing(`look up image ${reference}`, signal),
      getImage(this.#context, reference, signal),
    );
  }

  pull(
    reference: string,
    onProgress: (progress: PullProgress) => void,
    signal?: AbortSignal,
  ): Promise<Image> {
    const pull = pullImage(this.#context, { reference, onProgress }, signal);
    return doing(this.#doing(`pull image ${reference}`, signal), pull);
  }

  load(archive: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<readonly Image[]> {
    const load = this.#loading.then(() => loadArchive(this.#context, archive, signal));
    this.#loading = load.catch(() => undefined);
    return doing(this.#doing('load the archive', signal), load);
  }

  #doing(action: string, signal: AbortSignal | undefined): Doing {
    return { action, socketPath: this.#context.client.socketPath, signal };
  }
}
