import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { namesIn, removeEmptyFolder } from '@capsule/host';
import type { ImageContent } from '../../image/image-source.ts';
import { type AccountFiles, requireUser } from '../../oci/user/resolve-user.ts';
import type { ResolvedUser } from '../../oci/user/resolved-user.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { withLease } from '../client/lease.ts';
import { readInside } from './read-inside.ts';
import { withView } from './view.ts';

export interface UserFinderOptions {
  readonly snapshotter: string;
  /** A directory to mount in, below `/run`. */
  readonly scratch: string;
}

const PREFIX = 'capsule-view-';
/** Real ones are a few kilobytes. */
const FILE_LIMIT_BYTES = 1024 * 1024;

/** Finds who an image's `USER` is, in the image's own account files, and remembers it. */
export class UserFinder {
  readonly #client: ContainerdClient;
  readonly #options: UserFinderOptions;
  readonly #known = new Map<string, AccountFiles>();
  /** Names of folders that are in use now, by any finder of this process: they share their scratch. */
  static readonly #places = new Set<string>();

  constructor(client: ContainerdClient, options: UserFinderOptions) {
    this.#client = client;
    this.#options = options;
  }

  /**
   * Who `wanted` is in an image, or the image's own user where it is empty. Fails with
   * `RUNTIME_USER_UNKNOWN`. Root has the home and the groups that the image gives it, as everybody has.
   */
  async find(image: string, content: ImageContent, wanted = ''): Promise<ResolvedUser> {
    const user = wanted === '' ? content.config.user : wanted;
    return requireUser(user, await this.#accountFiles(content.chainId), `image ${image}`);
  }

  async #accountFiles(chainId: string): Promise<AccountFiles> {
    const known = this.#known.get(chainId);
    if (known !== undefined) return known;
    const files = await this.#readAccountFiles(chainId);
    this.#known.set(chainId, files);
    return files;
  }

  async #readAccountFiles(parent: string): Promise<AccountFiles> {
    if (parent === '') return { passwd: '', group: '' };
    const { snapshotter, scratch } = this.#options;
    const key = `${PREFIX}${randomUUID()}`;
    // Of this look alone: removing a folder takes a mount away that another one has there.
    const place = join(scratch, key);
    UserFinder.#places.add(key);
    try {
      return await this.#look(parent, { snapshotter, key, place });
    } finally {
      await removeEmptyFolder(place);
      UserFinder.#places.delete(key);
    }
  }

  /** Removes the folders of looks that were cut short by the death of an earlier capsuled. Idempotent. */
  async removeLeft(): Promise<void> {
    const { scratch } = this.#options;
    for (const name of await namesIn(scratch)) {
      const isOurs = name.startsWith(PREFIX) && !UserFinder.#places.has(name);
      if (isOurs) await removeEmptyFolder(join(scratch, name));
    }
  }

  #look(
    parent: string,
    { snapshotter, key, place }: { snapshotter: string; key: string; place: string },
  ): Promise<AccountFiles> {
    return withLease(this.#client, async (headers) => {
      const view = await this.#client.snapshots.view({ snapshotter, key, parent }, { headers });
      try {
        return await withView(view.mounts, place, async (root) => ({
          passwd: await readInside(root, '/etc/passwd', FILE_LIMIT_BYTES),
          group: await readInside(root, '/etc/group', FILE_LIMIT_BYTES),
        }));
      } finally {
        await this.#client.snapshots.remove({ snapshotter, key });
      }
    });
  }
}
