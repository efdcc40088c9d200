import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isCapsuleError } from '@capsule/core';
import { lockFile, lockFileError, namesIn } from '@capsule/host';
import { underOrdinaryUmask } from './ordinary-umask.ts';

/** The facts about one finished entry. */
export interface CacheEntry {
  /** Absolute path of the content. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly fresh: boolean;
}

/** Fills an empty directory, whose content becomes the entry when it returns. */
export type Fill = (directory: string) => Promise<{ readonly sizeBytes: number }>;

/**
 * Directories named by the hash of their inputs.
 *
 * INVARIANTS. An entry that exists under its name is complete: it is filled in `tmp/` and renamed.
 * Only the holder of its lock fills, renames or removes it. Entries are never changed after that. Each is
 * filled under umask 022; one that an earlier version filled under another is moved aside and filled again.
 */
export class Cache {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Returns the entry of that key, or undefined; marks it as used now. */
  async find(key: string): Promise<CacheEntry | undefined> {
    const entry = join(this.#root, 'entry', key);
    try {
      const sizeBytes = parseSize(await readFile(join(entry, 'entry.json'), 'utf8'));
      // A power cut can leave the description empty: the entry is then filled again.
      if (sizeBytes === undefined) return undefined;
      if (!(await isMadeOrdinarily(entry))) return undefined;
      const now = new Date();
      await utimes(join(entry, 'entry.json'), now, now);
      return { path: join(entry, 'tree'), sizeBytes, fresh: false };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw cause;
    }
  }

  /** Finds the entry or fills it. Two processes that need the same one fill it once. */
  async ensure(key: string, fill: Fill): Promise<CacheEntry> {
    const found = await this.find(key);
    if (found !== undefined) return found;
    await using _lock = await this.#lock(key);
    const foundMeanwhile = await this.find(key);
    if (foundMeanwhile !== undefined) return foundMeanwhile;
    return await underOrdinaryUmask(() => this.#make(key, fill));
  }

  async #make(key: string, fill: Fill): Promise<CacheEntry> {
    const [entry, temporary] = [join(this.#root, 'entry', key), join(this.#root, 'tmp', key)];
    await rm(temporary, { recursive: true, force: true }); // a killed build left it
    await mkdir(join(temporary, 'tree'), { recursive: true });
    const { sizeBytes } = await fill(join(temporary, 'tree'));
    await writeFile(join(temporary, 'entry.json'), JSON.stringify({ key, sizeBytes }));
    await mkdir(join(this.#root, 'entry'), { recursive: true });
    await this.#putAside(entry);
    await rename(temporary, entry);
    return { path: join(entry, 'tree'), sizeBytes, fresh: true };
  }

  /** A capsule that runs from it is not affected: its root is a mount, not a path. */
  async #putAside(entry: string): Promise<void> {
    await rename(entry, `${entry}.${Date.now()}`).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause;
    });
  }

  /**
   * Removes entries unused for `maxAgeMs`, except those whose path is in `inUse`, and leftovers
   * of killed builds. Returns the keys of removed entries.
   */
  async prune(maxAgeMs: number, inUse: ReadonlySet<string>): Promise<readonly string[]> {
    const removed: string[] = [];
    for (const key of await namesIn(join(this.#root, 'entry'))) {
      const entry = join(this.#root, 'entry', key);
      if (inUse.has(join(entry, 'tree'))) continue;
      const used = await stat(join(entry, 'entry.json')).catch(() => undefined);
      if (used !== undefined && Date.now() - used.mtimeMs < maxAgeMs) continue;
      await using _lock = await this.#lock(key);
      await rm(entry, { recursive: true, force: true });
      removed.push(key);
    }
    for (const key of await namesIn(join(this.#root, 'tmp'))) await this.#removeHalfDone(key);
    return removed;
  }

  async #removeHalfDone(key: string): Promise<void> {
    try {
      await using _lock = await this.#lock(key, false);
      await rm(join(this.#root, 'tmp', key), { recursive: true, force: true });
    } catch (error) {
      if (!isCapsuleError(error) || error.code !== lockFileError.HELD.code) throw error; // being made
    }
  }

  #lock(key: string, wait = true): Promise<AsyncDisposable> {
    return lockFile(join(this.#root, 'locks', key), { wait });
  }
}

function parseSize(text: string): number | undefined {
  try {
    return (JSON.parse(text) as { sizeBytes: number }).sizeBytes;
  } catch (failure) {
    if (failure instanceof SyntaxError) return undefined;
    throw failure;
  }
}

/** Judged by the entry's description: the mode of any other file may have been set explicitly. */
async function isMadeOrdinarily(entry: string): Promise<boolean> {
  return ((await stat(join(entry, 'entry.json'))).mode & 0o777) === 0o644;
}
