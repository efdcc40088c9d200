import { setTimeout as delay } from 'node:timers/promises';

/**
 * Resolves with the first value of `look` that is neither undefined nor false; for states of the
 * kernel that send no event. Rejects after ten seconds, naming what was waited for.
 */
export async function until<T>(what: string, look: () => T | undefined | false): Promise<T> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await delay(5);
  }
}
