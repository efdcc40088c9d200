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
 * Read-only disks (EROFS) with all of an image, one for each set of layers, shared by every microVM. Made once,
 * from the layers that containers use, with owners, modes, times, extended attributes, hard links and devices.
 */
export class ImageDisks {
  readonly #images: Pick<ImageSource, 'withLayers'>;
  readonly #folder: string;
  readonly #alone = keyedLock();

  /** In `folder`: `/perm/microvm-images`. */
  constructor(images: Pick<ImageSource, 'withLayers'>, folder: string) {
    this.#images = images;
    this.#folder = folder;
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
    return (await namesIn(this.#folder)).length > 0;
  }

  /** Removes disks that are not among `kept`, and what a making that was cut short has left. */
  async prune(kept: readonly string[]): Promise<void> {
    for (const name of await namesIn(this.#folder)) {
      const path = join(this.#folder, name);
      if (kept.includes(path)) continue;
      await this.#alone(path.replace(ASIDE, ''), () => rm(path, { force: true }));
    }
  }

  /** Where the disk of a set of layers is, or would be. */
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

/** Not compressed: the pages of a disk that many machines read are in the capsule's memory once. */
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
