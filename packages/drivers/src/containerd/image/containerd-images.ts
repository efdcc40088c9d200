import { arch } from 'node:os';
import type {
  ByteSource,
  Image,
  ImageDetails,
  ImageStore,
  LoadRules,
  PullProgress,
} from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { type Architecture, architectureOf } from '../../oci/architecture.ts';
import { callOptions } from '../client/call-options.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { type CallContext, ignoring, translateErrors } from '../client/rpc-error.ts';
import type { FindLogin } from './answer-logins.ts';
import type { BlobPlace, ImageContext } from './context.ts';
import { ImageReader } from './image-reader.ts';
import { getImage, listImages } from './list-images.ts';
import { loadArchive } from './load-archive.ts';
import { pullImage } from './pull-image.ts';
import { saveImage } from './save-image.ts';
import { usedBytes } from './used-bytes.ts';

export interface ContainerdImagesOptions {
  /** The directory of `<host>/hosts.toml`. Default `/perm/containerd-certs.d`. */
  readonly certsDir?: string;
  /** A pull that receives no byte for this long fails with `IMAGE_STALLED`. Default: one minute. */
  readonly stallMs?: number;
  /** Default `overlayfs`. */
  readonly snapshotter?: string;
  /** Default: that of this machine. */
  readonly arch?: Architecture;
  /** Logins for registries. Default: none. */
  readonly findLogin?: FindLogin;
  /** Default: large blobs of archives come with all the rest. */
  readonly blobs?: BlobPlace;
}

/** The image cache in containerd's content store and snapshotter. */
export class ContainerdImages implements ImageStore {
  readonly #context: ImageContext;
  /** Archives use the same names for their parts, so two loads at once would write into each other's. */
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
      ...(options.findLogin && { findLogin: options.findLogin }),
      ...(options.blobs && { blobs: options.blobs }),
    };
  }

  list(signal?: AbortSignal): Promise<readonly Image[]> {
    return translateErrors(this.#call('list images', signal), listImages(this.#context, signal));
  }

  get(reference: string, signal?: AbortSignal): Promise<Image | undefined> {
    return translateErrors(
      this.#call(`look up image ${reference}`, signal),
      getImage(this.#context, reference, signal),
    );
  }

  pull(
    reference: string,
    onProgress: (progress: PullProgress) => void,
    signal?: AbortSignal,
  ): Promise<Image> {
    const pull = pullImage(this.#context, { reference, onProgress }, signal);
    return translateErrors(this.#call(`pull image ${reference}`, signal), pull);
  }

  load(archive: ByteSource, signal?: AbortSignal, how: LoadRules = {}): Promise<readonly Image[]> {
    const load = this.#loading.then(() => loadArchive(this.#context, { archive, ...how }, signal));
    this.#loading = load.catch(() => undefined);
    return translateErrors(this.#call('load the archive', signal), load);
  }

  async describe(reference: string, signal?: AbortSignal): Promise<ImageDetails | undefined> {
    const image = await this.get(reference, signal);
    if (image === undefined) return undefined;
    const action = this.#call(`inspect image ${reference}`, signal);
    const { config } = await translateErrors(
      action,
      this.#context.reader.read(reference, image.digest, signal),
    );
    const { entrypoint, cmd, env, workingDir, user, stopSignal, diffIds } = config;
    return { image, entrypoint, cmd, env, workingDir, user, stopSignal, layers: diffIds };
  }

  async remove(reference: string, signal?: AbortSignal): Promise<void> {
    const { client } = this.#context;
    // With `sync`, containerd answers when the garbage is collected.
    const removal = client.images.delete({ name: reference, sync: true }, callOptions(signal));
    const action = this.#call(`remove image ${reference}`, signal);
    await translateErrors(action, ignoring(Code.NotFound, removal));
  }

  usedBytes(signal?: AbortSignal): Promise<number> {
    return translateErrors(this.#call('measure images', signal), usedBytes(this.#context, signal));
  }

  save(reference: string, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    return saveImage(this.#context, reference, signal);
  }

  #call(action: string, signal: AbortSignal | undefined): CallContext {
    return { action, socketPath: this.#context.client.socketPath, signal };
  }
}
