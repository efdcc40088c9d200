import { copyError } from './errors.ts';

/** The kind of the source or target of a copy; `special` is a FIFO, a socket or a device. */
export type Standing = 'nothing' | 'file' | 'folder' | 'special';

export interface CopySides {
  readonly source: string;
  /** Of a link itself; it is copied as one. */
  readonly sourceIs: Exclude<Standing, 'nothing'>;
  /** Links followed: this is where they lead. */
  readonly target: string;
  readonly targetIs: Standing;
}

export interface CopyPlan {
  /** Where the archive is unpacked; it exists. */
  readonly folder: string;
  /** Replaces the first part of every name; empty: the contents go right into the folder. */
  readonly rename: string;
}

/**
 * Where a copy goes, by the rules of `docker cp`: into a folder that exists, as a new name in one that
 * exists, over a file; `SOURCE/.` means the contents. A device, a FIFO or a socket is never replaced.
 * Paths use `/`. Fails with `COPY_*`. Pure.
 */
export function planCopy({ source, sourceIs, target, targetIs }: CopySides): CopyPlan {
  if (sourceIs !== 'folder' && barePath(source) !== source) {
    throw copyError.SOURCE_NOT_A_FOLDER({ path: source });
  }
  const isContents = ['', '.'].includes(lastPart(source));
  if (targetIs === 'folder') {
    return { folder: target, rename: isContents ? '' : lastPart(source) };
  }
  if (targetIs === 'special') throw copyError.TARGET_SPECIAL({ path: target });
  if (targetIs === 'file' && (sourceIs === 'folder' || barePath(target) !== target)) {
    throw copyError.NOT_A_FOLDER({ path: target });
  }
  const isNoName = ['', '.', '..'].includes(lastPart(target));
  if (isNoName || (targetIs === 'nothing' && sourceIs !== 'folder' && target.endsWith('/'))) {
    throw copyError.TARGET_MISSING({ path: target });
  }
  return { folder: parentOf(target), rename: lastPart(target) };
}

export function lastPart(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) ?? '';
}

/** Returns a path without the `/` or `/.` at its end, with which it means a folder. Pure. */
export function barePath(path: string): string {
  return path.replace(/(?<=.)(\/\.?)+$/, '');
}

export function parentOf(path: string): string {
  const plain = path.replace(/\/+$/, '');
  const at = plain.lastIndexOf('/');
  if (at < 0) return '.';
  return at === 0 ? '/' : plain.slice(0, at);
}
