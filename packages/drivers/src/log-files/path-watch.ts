import { existsSync, type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Reports when a log is written, rotated, created or removed. */
export interface PathWatch extends Disposable {
  /** Resolves at the first change since the last call, or when watching ends. */
  next(): Promise<void>;
}

export interface PathWatchOptions {
  /** Default: `fs.watch`. */
  readonly watchFolder?: (folder: string) => FSWatcher;
  /** Default: 500 ms. */
  readonly pollMs?: number;
  /** Default: 10 s. */
  readonly resyncMs?: number;
}

/** Events come first; this interval only covers what has no event, a folder replaced by another. */
const RESYNC_MS = 10_000;
/** The delay of a change where the kernel has no watch left (inotify(7), ENOSPC and EMFILE). */
const POLL_MS = 500;

/**
 * Watches the folder of `path`, or its nearest existing ancestor until the folder exists. Watching begins
 * before this returns, so no later change is missed. A folder that cannot be watched is polled until it can
 * be; this never fails. Watching ends with disposal, or when `signal` aborts.
 */
export function watchPath(
  path: string,
  signal: AbortSignal,
  options: PathWatchOptions = {},
): PathWatch {
  const { watchFolder = watch, pollMs = POLL_MS, resyncMs = RESYNC_MS } = options;
  const folder = dirname(path);
  const base = basename(path);
  let watcher: FSWatcher | undefined;
  let poll: NodeJS.Timeout | undefined;
  let changed = true;
  let ended = false;
  let wake = () => {};

  function mark(): void {
    changed = true;
    wake();
  }

  function arm(): void {
    disarm();
    const place = nearestFolder(folder);
    watcher = tryToWatch(place);
    // The folder may have been created between the look and the watch, for which there is no event.
    if (watcher !== undefined && nearestFolder(folder) !== place) arm();
    else mark();
  }

  /** Returns undefined when only polling is left; a watch that cannot be made is no error. */
  function tryToWatch(place: string): FSWatcher | undefined {
    let made: FSWatcher;
    try {
      made = watchFolder(place);
    } catch {
      startPolling();
      return undefined;
    }
    made.on('error', () => {
      if (made !== watcher) return;
      disarm();
      startPolling();
      mark();
    });
    made.on('change', (event, name) => {
      const file = name === null ? undefined : String(name);
      if (place !== folder || (event === 'rename' && file === basename(folder))) arm();
      else if (file === undefined || file.startsWith(base)) mark();
    });
    return made;
  }

  function startPolling(): void {
    poll = setInterval(mark, pollMs).unref();
  }

  function disarm(): void {
    clearInterval(poll);
    watcher?.close();
    watcher = undefined;
  }

  function end(): void {
    ended = true;
    clearInterval(resync);
    disarm();
    signal.removeEventListener('abort', end);
    wake();
  }

  arm();
  const resync = setInterval(arm, resyncMs).unref();
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

function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder));
}
