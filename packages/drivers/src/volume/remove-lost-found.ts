import { lstat, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = 'lost+found';
/** As mkfs and e2fsck make it. */
const MODE = 0o700;

/**
 * Takes the empty `lost+found` out of a filesystem that was just mounted and that nobody uses yet: of a volume that an
 * earlier capsule made, or of an image from elsewhere. What a check has saved in it stays. Idempotent.
 */
export async function removeLostFound(hostPath: string): Promise<void> {
  try {
    const path = join(hostPath, NAME);
    const { uid, mode } = await lstat(path);
    if (uid === 0 && (mode & 0o7777) === MODE) await rmdir(path);
  } catch (failure) {
    if (!HARMLESS.includes((failure as NodeJS.ErrnoException).code ?? '')) throw failure;
  }
}

/** None, one that holds something, one that is no folder, or a filesystem that takes no writes. */
const HARMLESS = ['ENOENT', 'ENOTEMPTY', 'ENOTDIR', 'EROFS', 'ENOSPC', 'EDQUOT'];
