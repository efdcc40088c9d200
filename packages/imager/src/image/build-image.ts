import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { arch } from 'node:process';
import { Cache } from '../cache/cache.ts';
import { digestOf, digestOfFiles } from '../cache/digest.ts';
import { findDebianArchive } from '../debian/host-apt.ts';
import { type Progress, step } from '../progress.ts';
import { makeImageTree } from './image-tree.ts';
import { packLayout, writeOciLayout } from './oci-layout.ts';
import type { ImageRecipe } from './recipe.ts';

export interface ImageRequest {
  readonly recipe: ImageRecipe;
  readonly cacheDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: Progress;
}

/** An image on disk; both forms contain the same digests. */
export interface BuiltImage {
  readonly key: string;
  readonly names: readonly string[];
  /** An OCI layout directory. */
  readonly layout: string;
  /** The same as one archive. */
  readonly archive: string;
}

/** Makes an image from Debian packages, or finds it in the cache. Needs root. */
export async function buildImage(request: ImageRequest): Promise<BuiltImage> {
  const { recipe, cacheDir, env, progress } = request;
  const cache = new Cache(cacheDir);
  const key = `image-${await imageKey(recipe)}`;
  const [name = ''] = recipe.names;
  const make = () =>
    cache.ensure(key, async (directory) => {
      const archive = await findDebianArchive(env['CAPSULE_DEBIAN_MIRROR']);
      const [tree, layout] = [join(directory, 'tree'), join(directory, 'layout')];
      await mkdir(tree);
      await makeImageTree(recipe, tree, archive);
      const { config, names } = recipe;
      await writeOciLayout({ tree, architecture: arch, config, names }, layout);
      await rm(tree, { recursive: true });
      await packLayout(layout, join(directory, 'image.tar'));
      return { sizeBytes: (await stat(join(directory, 'image.tar'))).size };
    });
  const entry = (await cache.find(key)) ?? (await step(progress, `image ${name}`, make));
  return {
    key,
    names: recipe.names,
    layout: join(entry.path, 'layout'),
    archive: join(entry.path, 'image.tar'),
  };
}

async function imageKey(recipe: ImageRecipe): Promise<string> {
  const code = await digestOfFiles(import.meta.dirname, ['image-tree.ts', 'oci-layout.ts']);
  return digestOf({ recipe, code, arch });
}
