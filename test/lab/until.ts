import { setTimeout as delay } from 'node:timers/promises';

/**
 * Resolves with the first value of `look` that is neither undefined nor false; for what sends no
 * event: a state of the kernel, a service that comes back. Rejects after `timeoutMs`, saying what
 * was waited for.
 */
export async function until<T>(
  what: string,
  timeoutMs: number,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await delay(10);
  }
}
