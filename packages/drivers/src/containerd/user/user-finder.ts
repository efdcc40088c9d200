import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { namesIn, removeEmptyFolder } from '@capsule/host';
import type { ImageContent } from '../../image/image-source.ts';
import { type AccountFiles, addGroups, requireUser } from '../../oci/user/resolve-user.ts';
import type { ResolvedUser } from '../../oci/user/resolved-user.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { withLease } from '../client/lease.ts';
import { readInside } from './read-inside.ts';
import { withView } from './view.ts';

export interface UserFinderOptions {
  readonly snapshotter: string;
  /** The folder, below `/run`, in which it mounts. */
  readonly scratch: string;
}

const PREFIX = 'capsule-view-';
/** Real account files have a few kilobytes. */
const FILE_LIMIT_BYTES = 1024 * 1024;

/** Resolves users by an image's own account files, which it caches. */
export class UserFinder {
  readonly #client: ContainerdClient;
  readonly #options: UserFinderOptions;
  readonly #known = new Map<string, AccountFiles>();
  /** Folders that finders of this process have in use; all finders share one scratch folder. */
  static readonly #places = new Set<string>();

  constructor(client: ContainerdClient, options: UserFinderOptions) {
    this.#client = client;
    this.#options = options;
  }

  /**
   * Resolves `wanted` in an image, or the image's own user where it is empty. Fails with
   * `RUNTIME_USER_UNKNOWN` and `RUNTIME_GROUP_UNKNOWN`. The home and the groups of root are the image's too, as for
   * every user.
   */
  async find(
    image: string,
    { chainId, config }: ImageContent,
    wanted: { readonly user: string; readonly groupAdd?: readonly string[] },
  ): Promise<ResolvedUser> {
    const [files, place] = [await this.#accountFiles(chainId), `image ${image}`];
    const user = requireUser(wanted.user === '' ? config.user : wanted.user, files, place);
    return addGroups(user, wanted.groupAdd ?? [], files, place);
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
    // A folder for this call alone: removing a shared one would detach the mount of another call.
    const place = join(scratch, key);
    UserFinder.#places.add(key);
    try {
      return await this.#look(parent, { snapshotter, key, place });
    } finally {
      await removeEmptyFolder(place);
      UserFinder.#places.delete(key);
    }
  }

  /** Removes the folders that a killed capsuled left. Idempotent. */
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
