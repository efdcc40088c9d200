import { existsSync, type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Tells when a log changes: written, rotated, made, removed. */
export interface PathWatch extends Disposable {
  /** Resolves at the first change since the last call, or when watching ends. */
  next(): Promise<void>;
}

/** Events come first; this only catches what they cannot tell, a folder replaced by another. */
const RESYNC_MS = 10_000;

/**
 * Watches the folder of `path`, or the nearest one above it that exists until it does. Watching
 * begins before this returns, so what happens after it is never missed.
 * Watching ends with disposal, or when `signal` aborts.
 */
export function watchPath(path: string, signal: AbortSignal): PathWatch {
  const folder = dirname(path);
  const base = basename(path);
  let watcher: FSWatcher | undefined;
  let changed = true;
  let ended = false;
  let wake = () => {};

  function mark(): void {
    changed = true;
    wake();
  }

  function arm(): void {
    watcher?.close();
    const place = nearestFolder(folder);
    watcher = watchFolder(place);
    watcher.on('error', arm);
    watcher.on('change', (event, name) => {
      const file = name === null ? undefined : String(name);
      if (place !== folder || (event === 'rename' && file === basename(folder))) arm();
      else if (file === undefined || file.startsWith(base)) mark();
    });
    // Made between the look and the watch: no event will tell.
    if (nearestFolder(folder) !== place) arm();
    else mark();
  }

  function end(): void {
    ended = true;
    clearInterval(resync);
    watcher?.close();
    signal.removeEventListener('abort', end);
    wake();
  }

  arm();
  const resync = setInterval(arm, RESYNC_MS).unref();
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  return {
    next: async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      if (!changed && !ended) await promise;
      changed = false;
    },
    [Symbol.dispose]: end,
  };
}

/** The folder may have gone a moment ago: then one above it is watched. */
function watchFolder(folder: string): FSWatcher {
  try {
    return watch(folder);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'ENOENT') throw failure;
    return watchFolder(dirname(folder));
  }
}

function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder));
}
