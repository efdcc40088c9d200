import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, realpath } from 'node:fs/promises';
import { defineErrors, isPathBelow } from '@capsule/core';
import { exists } from './exists.ts';
import { unlessMissing } from './unless-missing.ts';

const MODE = 0o755;
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY;

interface At {
  /** The folder that is asked for. */
  readonly path: string;
  /** The part of it that is in the way. */
  readonly at: string;
}

export const ensureFolderError = defineErrors('FOLDER', {
  BEHIND_LINK: {
    kind: 'precondition',
    message: (f: At) => `${f.path} cannot be created: link ${f.at} leads out of its folder`,
    why: 'otherwise a program that can write there could make the capsule create folders anywhere',
    hint: (f) => `create ${f.path} yourself, or name the path that ${f.at} leads to`,
  },
  BEHIND_FILE: {
    kind: 'precondition',
    message: (f: At) => `${f.path} cannot be created: ${f.at} is not a folder`,
  },
});

/**
 * Makes a folder where nothing is, with missing folders above it, mode 0755. Each part is opened through the one above it, and
 * no link that leads out of its folder is followed. An existing path stays as it is, also a file. Idempotent.
 */
export async function ensureFolder(path: string): Promise<void> {
  if (await exists(path)) return;
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  let parent = await open('/', FOLDER);
  try {
    for (const [index, name] of names.entries()) {
      const at = `/${names.slice(0, index + 1).join('/')}`;
      const next = await step(parent, name, { path, at });
      await parent.close();
      parent = next;
    }
  } finally {
    await parent.close();
  }
}

async function step(parent: FileHandle, name: string, facts: At): Promise<FileHandle> {
  const path = `${pathOf(parent)}/${name}`;
  const found = await openFolder(path, facts);
  if (found !== undefined) return found;
  const made = await unlessTaken(mkdir(path, { mode: MODE }));
  const folder = await openFolder(path, facts);
  if (folder === undefined) throw ensureFolderError.BEHIND_FILE(facts);
  // The umask may have narrowed it.
  if (made) await folder.chmod(MODE);
  return folder;
}

/** Undefined where nothing is. */
async function openFolder(path: string, facts: At): Promise<FileHandle | undefined> {
  try {
    return await unlessMissing(open(path, FOLDER | constants.O_NOFOLLOW));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'ELOOP' && code !== 'ENOTDIR') throw cause;
    return openLinked(path, facts);
  }
}

/** A link may lead to a folder within its own. */
async function openLinked(path: string, facts: At): Promise<FileHandle> {
  const parent = await realpath(path.slice(0, path.lastIndexOf('/')));
  const target = await unlessMissing(realpath(path), ['ENOTDIR', 'ELOOP']);
  if (target === undefined || !isPathBelow(target, parent)) {
    throw ensureFolderError.BEHIND_LINK(facts);
  }
  const handle = await open(target, constants.O_RDONLY | constants.O_NOFOLLOW);
  if ((await handle.stat()).isDirectory() && (await realpath(pathOf(handle))) === target) {
    return handle;
  }
  await handle.close();
  throw ensureFolderError.BEHIND_FILE(facts);
}

async function unlessTaken(making: Promise<unknown>): Promise<boolean> {
  try {
    await making;
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function pathOf(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}
