import type { Stats } from 'node:fs';
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { localFault } from '../../program/local-fault.ts';
import type { Look } from './follow-links.ts';
import { lastPart, type Standing } from './plan-copy.ts';

/** Describes a local source. A link is one, unless a slash or `/.` follows it. */
export async function lookAtSource(path: string): Promise<Standing> {
  const seen = await unlessMissing(path, lstat(path));
  if (seen === undefined) return 'nothing';
  return seen.isSymbolicLink() ? 'file' : standingOf(seen);
}

/** Describes a local target. */
export async function lookAtTarget(path: string): Promise<Look> {
  const seen = await unlessMissing(path, lstat(path));
  if (seen === undefined) return 'nothing';
  if (!seen.isSymbolicLink()) return standingOf(seen);
  const behind = await unlessMissing(path, stat(path));
  if (behind === undefined) return { link: await readlink(path) };
  // The kernel knows where it leads, also for the links of /proc, whose texts lead nowhere.
  return behind.isFile() ? { link: await realpath(path) } : standingOf(behind);
}

/** The source as it is named for the target: `..` has the name of the folder that it is. */
export async function nameSource(path: string): Promise<string> {
  return lastPart(path) === '..' ? realpath(path) : path;
}

function standingOf(seen: Stats): Standing {
  if (seen.isDirectory()) return 'folder';
  return seen.isFile() ? 'file' : 'special';
}

async function unlessMissing(path: string, stats: Promise<Stats>): Promise<Stats | undefined> {
  try {
    return await stats;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw localFault('read', path, error);
  }
}
