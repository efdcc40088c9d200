import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import type { VolumeFolder } from '@capsule/core';
import { volumeDriverError } from './errors.ts';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Opens a folder of a mounted volume, whose content is not trusted, and makes it where it is missing and
 * `isMade` allows it. Each step starts from the descriptor of the one before and follows no link, so none
 * leads out, also when the volume changes meanwhile. Fails with `VOLUME_FOLDER_UNUSABLE`. The caller closes
 * it.
 */
export async function openFolder(
  name: string,
  hostPath: string,
  { subPath, isMade }: Omit<VolumeFolder, 'place'>,
): Promise<FileHandle> {
  let folder = await open(hostPath, FOLDER);
  for (const segment of subPath.split('/')) {
    await using holder = folder;
    try {
      folder = await openBelow(holder, segment, isMade);
    } catch (failure) {
      const problem = PROBLEMS[(failure as NodeJS.ErrnoException).code ?? ''];
      if (problem === undefined) throw failure;
      const f = { name, subPath, problem: `${segment} ${problem}` };
      throw volumeDriverError.FOLDER_UNUSABLE(f, failure);
    }
  }
  return folder;
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist, and capsuled cannot create it in a read-only mount',
  ENOTDIR: 'is a link, or not a folder',
  ELOOP: 'is a link',
  ENOSPC: 'cannot be created: the volume is full',
  EDQUOT: 'cannot be created: the volume is full',
  EROFS: 'cannot be created: the volume became read-only after a disk error',
};

async function openBelow(holder: FileHandle, segment: string, isMade: boolean) {
  const path = `/proc/self/fd/${holder.fd}/${segment}`;
  try {
    return await open(path, FOLDER);
  } catch (failure) {
    if (!isMade || (failure as NodeJS.ErrnoException).code !== 'ENOENT') throw failure;
  }
  await mkdir(path, { mode: 0o700 });
  const made = await open(path, FOLDER);
  try {
    const { uid, gid, mode } = await holder.stat();
    await made.chown(uid, gid);
    await made.chmod(mode & 0o7777);
    return made;
  } catch (failure) {
    await made.close();
    throw failure;
  }
}
