import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { keyedLock } from '@capsule/core';
import { exists, namesIn } from '@capsule/host';
import type { ImageSource, RunAtRoot } from '../../image/image-source.ts';
import { microVmError } from '../errors.ts';

const TIMEOUT_MS = 10 * 60_000;
const SUFFIX = '.erofs';
const ASIDE = '.new';

/**
 * Read-only disks (EROFS) with the whole content of an image, one for each set of layers, shared by all
 * microVMs. Each is made once, from the layers that containers use, with owners, modes, times, extended
 * attributes, hard links and devices.
 */
export class ImageDisks {
  readonly #images: Pick<ImageSource, 'withLayers'>;
  readonly #folder: string;
  readonly #withLock = keyedLock();

  /** `folder`: `/perm/microvm-images`. */
  constructor(images: Pick<ImageSource, 'withLayers'>, folder: string) {
    this.#images = images;
    this.#folder = folder;
  }

  /**
   * Makes the disk of an image whose layers are unpacked, unless it exists, and runs `work` with it. The disk
   * is not pruned before `work` has ended; by then a record must name it. Fails with `MICROVM_NO_IMAGE_DISK`.
   */
  use<T>(image: string, chainId: string, work: (path: string) => Promise<T>): Promise<T> {
    const path = this.pathOf(chainId);
    return this.#withLock(path, async () => {
      if (!(await exists(path))) await this.#make(image, chainId, path);
      return work(path);
    });
  }

  /** Returns the paths of all disks, and of the unfinished ones that an interruption left. */
  async list(): Promise<readonly string[]> {
    return (await namesIn(this.#folder)).map((name) => join(this.#folder, name));
  }

  /** Removes those of `paths` that are not in use at that moment. Idempotent. */
  async prune(paths: readonly string[], isUsed: (path: string) => Promise<boolean>): Promise<void> {
    for (const path of paths) {
      await this.#withLock(path.replace(ASIDE, ''), async () => {
        if (!(await isUsed(path))) await rm(path, { force: true });
      });
    }
  }

  /** Returns the path of the disk of a set of layers, whether it exists or not. */
  pathOf(chainId: string): string {
    return join(this.#folder, `${digestOf(chainId)}${SUFFIX}`);
  }

  async #make(image: string, chainId: string, path: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const aside = `${path}${ASIDE}`;
    await rm(aside, { force: true });
    await this.#images.withLayers(chainId, (run) => pack(image, run, aside));
    await sync(aside);
    await rename(aside, path);
    await sync(this.#folder);
  }
}

/**
 * Not compressed, so the memory of the capsule holds the pages of a disk once for all machines that read it.
 */
async function pack(image: string, run: RunAtRoot, disk: string): Promise<void> {
  try {
    await run((root) => ['mkfs.erofs', '--quiet', disk, root], TIMEOUT_MS);
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
