import { open, rm, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { cliError } from '../../errors.ts';
import { localFault } from '../../program/local-fault.ts';

const TRY_EVERY_MS = 20;
const WAIT_MAX_MS = 5000;
/** Changes take milliseconds: an older lock is of a process that was killed. */
const STALE_MS = 10_000;

/** One process at a time changes the file at `path`. Fails with `CLI_CONFIG_LOCKED`. */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  await take(lock);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<void> {
  const until = performance.now() + WAIT_MAX_MS;
  while (!(await create(lock))) {
    await dropIfStale(lock);
    if (performance.now() > until) throw cliError.CONFIG_LOCKED({ path: lock });
    await pause(TRY_EVERY_MS);
  }
}

async function create(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw localFault('write', lock, error);
  }
}

async function dropIfStale(lock: string): Promise<void> {
  const seen = await stat(lock).catch(() => undefined);
  // A clock that was set back makes a lock of the future.
  const ageMs = seen === undefined ? 0 : Math.abs(Date.now() - seen.mtimeMs);
  if (ageMs > STALE_MS) await rm(lock, { force: true });
}
