import { setTimeout as delay } from 'node:timers/promises';
import { stretched } from './stretched.ts';

/**
 * Resolves with the first value of `look` that is neither undefined nor false; for what sends no
 * event: a state of the kernel, a service that comes back. Rejects after `timeoutMs`, longer on a
 * loaded machine, saying what was waited for.
 */
export async function until<T>(
  what: string,
  timeoutMs: number,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const limitMs = stretched(timeoutMs);
  const deadline = performance.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms for ${what}`);
    await delay(10);
  }
}
