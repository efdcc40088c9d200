import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { withLease } from '../client/lease.ts';
import { runtimeError } from '../errors.ts';
import type { ImageContent } from '../image/image-reader.ts';
import { readInside } from './read-inside.ts';
import { type AccountFiles, resolveUser } from './resolve-user.ts';
import type { ResolvedUser } from './resolved-user.ts';
import { withView } from './view.ts';

export interface UserFinderOptions {
  readonly snapshotter: string;
  /** A directory to mount in, below `/run`. */
  readonly scratch: string;
}

/** Real ones are a few kilobytes. */
const FILE_LIMIT_BYTES = 1024 * 1024;

/** Finds who an image's `USER` is, in the image's own account files, and remembers it. */
export class UserFinder {
  readonly #client: ContainerdClient;
  readonly #options: UserFinderOptions;
  readonly #known = new Map<string, AccountFiles>();

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
    const files = await this.#accountFiles(content.chainId);
    const found = resolveUser(user, files);
    if (found === undefined) throw runtimeError.USER_UNKNOWN({ user, image });
    return found;
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
    const key = `capsule-view-${randomUUID()}`;
    const place = join(scratch, createHash('sha256').update(parent).digest('hex').slice(0, 16));
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
