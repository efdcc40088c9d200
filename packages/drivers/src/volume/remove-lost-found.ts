import { lstat, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = 'lost+found';
/** The mode that mkfs and e2fsck give it. */
const MODE = 0o700;

/**
 * Removes the empty `lost+found` from a filesystem that was just mounted and is not used yet: of a volume
 * that an earlier capsule made, or of an imported image. Files that a check has saved in it stay. Idempotent.
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

/** It is missing, not empty or no folder, or the filesystem takes no writes. */
const HARMLESS = ['ENOENT', 'ENOTEMPTY', 'ENOTDIR', 'EROFS', 'ENOSPC', 'EDQUOT'];
