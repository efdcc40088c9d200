import { truncate, writeFile } from 'node:fs/promises';
import { attachLoop, detachLoop, run, unmount } from '@capsule/host';

/** A new filesystem whose files share blocks with their clones, mounted at a folder; `FOLDER.xfs` holds it. */
export async function mountXfs(folder: string, bytes: number): Promise<AsyncDisposable> {
  const image = `${folder}.xfs`;
  await writeFile(image, '');
  await truncate(image, bytes);
  await run('mkfs.xfs', ['-q', image]);
  const device = await attachLoop(image);
  try {
    await run('mount', ['-t', 'xfs', device, folder]);
  } catch (cause) {
    await detachLoop(device);
    throw cause;
  }
  return {
    async [Symbol.asyncDispose]() {
      // A loop device on it lets go of its file some time after its own mount is gone.
      while (!(await unmount(folder)));
      await detachLoop(device);
    },
  };
}
