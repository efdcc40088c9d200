import type { TreeEntry } from './tree-entry.ts';

/** The rules of one reader. */
export interface ReadRule {
  /** Makes FIFOs and devices; else they are left out, with a warning for each. Sockets always are. */
  readonly makesSpecials: boolean;
  /** Bits of modes that stay. */
  readonly modeMask: number;
  /** Owner of every entry; missing: as the archive has it. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** Returns the tree that a reader makes of another, and the names that it leaves out. Pure. */
export function expectedTree(
  entries: readonly TreeEntry[],
  { makesSpecials, modeMask, owner }: ReadRule,
): { readonly made: readonly TreeEntry[]; readonly skipped: readonly Uint8Array[] } {
  const isSkipped = ({ type }: TreeEntry) =>
    type === 'socket' || (!makesSpecials && ['fifo', 'char', 'block'].includes(type));
  const made = entries
    .filter((entry) => !isSkipped(entry))
    .map((entry) => ({ ...entry, ...owner, mode: entry.mode & modeMask }));
  return { made, skipped: entries.filter(isSkipped).map(({ name }) => name) };
}
