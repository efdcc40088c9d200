import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { keyedLock } from '@capsule/core';
import type { ContainerdClient } from '../../containerd/client/containerd-client.ts';
import { withLease } from '../../containerd/client/lease.ts';
import type { Mount } from '../../containerd/gen/containerd/types/mount_pb.ts';
import { runInView } from '../../containerd/user/view.ts';
import { microVmError } from '../errors.ts';

export interface ImageDisksOptions {
  readonly client: ContainerdClient;
  readonly snapshotter: string;
  /** `/perm/microvm-images` */
  readonly folder: string;
  /** An empty place to look into images from. */
  readonly scratch: string;
}

const TIMEOUT_MS = 10 * 60_000;
const SUFFIX = '.erofs';
const ASIDE = '.new';

/**
 * Read-only disks (EROFS) with all of an image, one for each set of layers, shared by every microVM. Made once,
 * from the layers that containers use, with owners, modes, times, extended attributes, hard links and devices.
 */
export class ImageDisks {
  readonly #options: ImageDisksOptions;
  readonly #alone = keyedLock();

  constructor(options: ImageDisksOptions) {
    this.#options = options;
  }

  /** The disk of an image whose layers are unpacked. Fails with `MICROVM_NO_IMAGE_DISK`. Idempotent. */
  async ensure(image: string, chainId: string): Promise<string> {
    const path = this.pathOf(chainId);
    if (await exists(path)) return path;
    await this.#alone(path, async () => {
      if (!(await exists(path))) await this.#make(image, chainId, path);
    });
    return path;
  }

  async isAny(): Promise<boolean> {
    return (await namesIn(this.#options.folder)).length > 0;
  }

  /** Removes disks that are not among `kept`, and what a making that was cut short has left. */
  async prune(kept: readonly string[]): Promise<void> {
    const { folder } = this.#options;
    for (const name of await namesIn(folder)) {
      const path = join(folder, name);
      if (kept.includes(path)) continue;
      await this.#alone(path.replace(ASIDE, ''), () => rm(path, { force: true }));
    }
  }

  /** Where the disk of a set of layers is, or would be. */
  pathOf(chainId: string): string {
    return join(this.#options.folder, `${digestOf(chainId)}${SUFFIX}`);
  }

  async #make(image: string, parent: string, path: string): Promise<void> {
    const { client, snapshotter, folder, scratch } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    const aside = `${path}${ASIDE}`;
    await rm(aside, { force: true });
    const key = `capsule-disk-${randomUUID()}`;
    await withLease(client, async (headers) => {
      const { mounts } = await client.snapshots.view({ snapshotter, key, parent }, { headers });
      try {
        const place = join(scratch, digestOf(parent).slice(0, 16));
        await pack(image, { mounts, place, disk: aside });
      } finally {
        await client.snapshots.remove({ snapshotter, key });
      }
    });
    await sync(aside);
    await rename(aside, path);
    await sync(folder);
  }
}

/** Not compressed: the pages of a disk that many machines read are in the capsule's memory once. */
async function pack(
  image: string,
  { mounts, place, disk }: { mounts: readonly Mount[]; place: string; disk: string },
): Promise<void> {
  try {
    await runInView(mounts, place, (root) => ['mkfs.erofs', '--quiet', disk, root], TIMEOUT_MS);
  } catch (cause) {
    await rm(disk, { force: true });
    const said = (cause as { facts?: { stderr?: string } }).facts?.stderr ?? String(cause);
    throw microVmError.NO_IMAGE_DISK({ image, detail: said.trim().slice(-500) }, cause);
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function sync(path: string): Promise<void> {
  await using file = await open(path);
  await file.sync();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((failure: NodeJS.ErrnoException) => {
    if (failure.code === 'ENOENT') return [];
    throw failure;
  });
}
