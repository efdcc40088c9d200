import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@capsule/host';
import { Cache } from '../cache/cache.ts';
import { digestOf } from '../cache/digest.ts';
import { sizeOf } from '../cache/size-of.ts';
import { type Progress, step } from '../progress.ts';
import type { Layer } from '../rootfs/build-rootfs.ts';

export interface RootDiskRequest {
  readonly cacheDir: string;
  /** Of a rootfs, lowest first. */
  readonly layers: readonly Layer[];
  readonly progress: Progress;
}

const ROOM_BYTES = 64 * 1024 * 1024;

/** Returns an ext4 image of the layers, made now or found in the cache. Callers must not write to it. */
export async function buildRootDisk(request: RootDiskRequest): Promise<string> {
  const { cacheDir, layers, progress } = request;
  const cache = new Cache(cacheDir);
  const key = `disk-${digestOf({ layers: layers.map((layer) => layer.key), form: 1 })}`;
  const make = () =>
    cache.ensure(key, async (directory) => {
      const tree = join(directory, 'tree');
      await mkdir(tree);
      for (const { path } of layers) {
        // Hard links instead of copies, because no code here changes a layer.
        if ((await readdir(path)).length > 0) await run('cp', ['-a', '-l', `${path}/.`, tree]);
      }
      const blocks = Math.ceil(((await sizeOf(tree)) * 1.15 + ROOM_BYTES) / 4096);
      const disk = join(directory, 'root.img');
      const args = ['-q', '-F', '-b', '4096', '-O', '^has_journal', '-d', tree];
      await run('mkfs.ext4', [...args, disk, String(blocks)], { timeoutMs: 5 * 60_000 });
      await rm(tree, { recursive: true });
      return { sizeBytes: (await stat(disk)).size };
    });
  const entry = (await cache.find(key)) ?? (await step(progress, 'disk of the rootfs', make));
  return join(entry.path, 'root.img');
}
