import { copyError } from './errors.ts';

/** What stands at the source or the target of a copy; links count as what they lead to. */
export type Standing = 'nothing' | 'file' | 'folder';

export interface CopyWish {
  readonly source: string;
  readonly sourceIs: Exclude<Standing, 'nothing'>;
  readonly target: string;
  readonly targetIs: Standing;
}

export interface CopyPlan {
  /** Where the archive is unpacked; it exists. */
  readonly folder: string;
  /** What the first part of every name becomes; empty: the contents go right into the folder. */
  readonly rename: string;
}

/**
 * Where a copy goes, by the rules of `docker cp`: into a folder that exists, as a new name in one that
 * exists, over a file; `SOURCE/.` means the contents. Paths use `/`. Fails with `COPY_*`. Pure.
 */
export function planCopy({ source, sourceIs, target, targetIs }: CopyWish): CopyPlan {
  const isContents = source === '/' || source.endsWith('/.') || source === '.';
  if (targetIs === 'folder') {
    return { folder: target, rename: isContents ? '' : lastPart(source) };
  }
  if (targetIs === 'file' && (sourceIs === 'folder' || target.endsWith('/'))) {
    throw copyError.NOT_A_FOLDER({ path: target });
  }
  if (targetIs === 'nothing' && sourceIs === 'file' && target.endsWith('/')) {
    throw copyError.TARGET_MISSING({ path: target });
  }
  return { folder: parentOf(target), rename: lastPart(target) };
}

export function lastPart(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) ?? '';
}

export function parentOf(path: string): string {
  const plain = path.replace(/\/+$/, '');
  const at = plain.lastIndexOf('/');
  if (at < 0) return '.';
  return at === 0 ? '/' : plain.slice(0, at);
}
