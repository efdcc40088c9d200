import { chmod, chown, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isTaken, run } from '@capsule/host';
import type { DebianArchive } from '../debian/host-apt.ts';
import { extractPackages } from '../rootfs/extract-packages.ts';
import type { ImageRecipe } from './recipe.ts';

/** Fills `root` with the files of an image. Needs root. */
export async function makeImageTree(
  recipe: ImageRecipe,
  root: string,
  archive: DebianArchive,
): Promise<void> {
  const { suite, packages } = recipe;
  await extractPackages({ suite, packages, archive, directory: root, variant: 'extract' });
  for (const path of recipe.pruned ?? []) {
    await rm(join(root, path), { recursive: true, force: true });
  }
  if (recipe.busyboxLinks === true) await linkBusybox(root);
  for (const [path, { uid, mode }] of Object.entries(recipe.directories ?? {})) {
    await mkdir(join(root, path), { recursive: true });
    await chmod(join(root, path), mode);
    await chown(join(root, path), uid, uid);
  }
  for (const [path, { content, mode }] of Object.entries(recipe.files ?? {})) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await rm(join(root, path), { force: true }); // a link of the package would be followed
    await writeFile(join(root, path), content);
    await chmod(join(root, path), mode ?? 0o644);
  }
  for (const [path, target] of Object.entries(recipe.links ?? {})) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await symlink(target, join(root, path));
  }
}

async function linkBusybox(root: string): Promise<void> {
  const { stdout } = await run('chroot', [root, '/usr/bin/busybox', '--list']);
  for (const name of stdout.split('\n').filter(Boolean)) {
    const taken = await Promise.all(
      ['usr/bin', 'usr/sbin'].map((directory) => isTaken(join(root, directory, name))),
    );
    if (!taken.includes(true)) await symlink('busybox', join(root, 'usr/bin', name));
  }
}
