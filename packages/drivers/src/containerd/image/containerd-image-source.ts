import { createHash, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';
import type { FoundImage, ImageContent, ImageSource, RunAtRoot } from '../../image/image-source.ts';
import { architectureOf } from '../../oci/architecture.ts';
import type { ResolvedUser } from '../../oci/user/resolved-user.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { withLease } from '../client/lease.ts';
import { translateErrors } from '../client/rpc-error.ts';
import { UserFinder } from '../user/user-finder.ts';
import { runInView } from '../user/view.ts';
import { findImage } from './find-image.ts';
import { isOfImage } from './image-failure.ts';
import { ImageReader } from './image-reader.ts';

export interface ContainerdImageSourceOptions {
  /** An empty folder below `/run` on which images are mounted to read them. */
  readonly scratch: string;
  /** Default `overlayfs`. */
  readonly snapshotter?: string;
}

/** containerd's images, with the layers that containers use. */
export class ContainerdImageSource implements ImageSource {
  readonly #client: ContainerdClient;
  readonly #snapshotter: string;
  readonly #scratch: string;
  readonly #images: ImageReader;
  readonly #users: UserFinder;

  constructor(
    client: ContainerdClient,
    { scratch, snapshotter = 'overlayfs' }: ContainerdImageSourceOptions,
  ) {
    this.#client = client;
    this.#snapshotter = snapshotter;
    this.#scratch = scratch;
    this.#images = new ImageReader(client, architectureOf(arch()));
    this.#users = new UserFinder(client, { snapshotter, scratch });
  }

  find(
    wanted: { readonly container: string; readonly image: string },
    signal?: AbortSignal,
  ): Promise<FoundImage> {
    return findImage({ client: this.#client, images: this.#images }, wanted, signal);
  }

  async chainIds(): Promise<readonly string[]> {
    const { images } = await this.#client.images.list({});
    const found = await Promise.all(
      images.map(({ name, target }) => this.#chainIdOf(name, target?.digest ?? '')),
    );
    return found.flat();
  }

  /** Returns no chain id for an image that cannot be read: no disk was made of it. */
  async #chainIdOf(name: string, digest: string): Promise<readonly string[]> {
    try {
      return [(await this.#images.read(name, digest)).chainId];
    } catch (error) {
      if (!isOfImage(error)) throw error;
      return [];
    }
  }

  findUser(image: string, content: ImageContent, user: string): Promise<ResolvedUser> {
    return this.#users.find(image, content, { user });
  }

  async withLayers<T>(chainId: string, use: (run: RunAtRoot) => Promise<T>): Promise<T> {
    const [client, snapshotter] = [this.#client, this.#snapshotter];
    await mkdir(this.#scratch, { recursive: true, mode: 0o700 });
    const place = join(this.#scratch, placeName(chainId));
    const view = { snapshotter, key: `capsule-disk-${randomUUID()}` };
    return withLease(client, async (headers) => {
      const { mounts } = await client.snapshots.view({ ...view, parent: chainId }, { headers });
      try {
        return await use((command, timeoutMs) => runInView(mounts, place, command, timeoutMs));
      } finally {
        await client.snapshots.remove(view);
      }
    });
  }

  translateErrors<T>(action: string, work: Promise<T>, signal?: AbortSignal): Promise<T> {
    return translateErrors({ action, socketPath: this.#client.socketPath, signal }, work);
  }
}

function placeName(chainId: string): string {
  return createHash('sha256').update(chainId).digest('hex').slice(0, 16);
}
