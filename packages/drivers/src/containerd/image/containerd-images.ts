import { arch } from 'node:os';
import type { Image, ImageStore, PullProgress } from '@capsule/core';
import { ConnectError } from '@connectrpc/connect';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { runtimeError } from '../errors.ts';
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
    return doing('list images', listImages(this.#context, signal));
  }

  get(reference: string, signal?: AbortSignal): Promise<Image | undefined> {
    return doing(`look up image ${reference}`, getImage(this.#context, reference, signal));
  }

  pull(
    reference: string,
    onProgress: (progress: PullProgress) => void,
    signal?: AbortSignal,
  ): Promise<Image> {
    const pull = pullImage(this.#context, { reference, onProgress }, signal);
    return doing(`pull image ${reference}`, pull);
  }

  load(archive: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<readonly Image[]> {
    const load = this.#loading.then(() => loadArchive(this.#context, archive, signal));
    this.#loading = load.catch(() => undefined);
    return doing('load the archive', load);
  }
}

async function doing<T>(action: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    throw runtimeError.FAILED({ action, detail: error.rawMessage }, error);
  }
}
