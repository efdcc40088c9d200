import { mkdir, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@capsule/host';
import { Cache } from '../cache/cache.ts';
import { digestOf } from '../cache/digest.ts';
import { type Progress, step } from '../progress.ts';
import type { Rootfs } from '../rootfs/build-rootfs.ts';
import { vmmCommand } from '../rootfs/layer-program.ts';
import { VERITY_BLOCK_BYTES } from './verity.ts';

export interface RootImageRequest {
  readonly cacheDir: string;
  readonly rootfs: Rootfs;
  readonly progress: Progress;
}

/** A root as one read-only file. */
export interface RootImage {
  readonly key: string;
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * Equal layers give equal bytes: no time, no random identity. LZ4 makes Node's 105 MB one of 48 in 2.6 s, and is
 * unpacked at the speed of memory; zstd makes them 40 MB in 15 s.
 */
const OPTIONS = ['-T0', '-Uclear', '-zlz4hc,level=9', '-C65536', '--quiet'];
const TIMEOUT_MS = 15 * 60_000;

/** Returns an EROFS image of the layers, made now or found in the cache. Callers must not write to it. */
export async function buildRootImage(request: RootImageRequest): Promise<RootImage> {
  const { cacheDir, rootfs, progress } = request;
  const cache = new Cache(cacheDir);
  const layers = rootfs.layers.map((layer) => layer.key);
  const key = `root-image-${digestOf({ layers, OPTIONS, form: 1 })}`;
  const make = () =>
    cache.ensure(key, async (directory) => {
      const tree = join(directory, 'tree');
      await mkdir(tree);
      for (const { path } of rootfs.layers) {
        // Hard links instead of copies, because no code here changes a layer.
        if ((await readdir(path)).length > 0) await run('cp', ['-a', '-l', `${path}/.`, tree]);
      }
      const image = join(directory, 'root.erofs');
      const [program, ...words] = vmmCommand(rootfs, 'usr/bin/mkfs.erofs');
      await run(program, [...words, ...OPTIONS, image, tree], { timeoutMs: TIMEOUT_MS });
      const sizeBytes =
        Math.ceil((await stat(image)).size / VERITY_BLOCK_BYTES) * VERITY_BLOCK_BYTES;
      await truncate(image, sizeBytes);
      await rm(tree, { recursive: true });
      return { sizeBytes };
    });
  const entry = (await cache.find(key)) ?? (await step(progress, 'image of the root', make));
  return { key, path: join(entry.path, 'root.erofs'), sizeBytes: entry.sizeBytes };
}
