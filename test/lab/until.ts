import { setTimeout as delay } from 'node:timers/promises';
import { stretched } from './stretched.ts';

const SHORTEST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 100;
/** Of the time that was waited already: what takes long is looked at less often, and still seen in time. */
const PAUSE_SHARE = 0.1;

/**
 * Polls `look`, and resolves with its first value that is neither undefined nor false. Use it only where no
 * event exists: for a state of the kernel, or a service that restarts. Rejects after `timeoutMs`, or later on
 * a loaded machine.
 */
export async function until<T>(
  what: string,
  timeoutMs: number,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const limitMs = stretched(timeoutMs);
  const begun = performance.now();
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    const waitedMs = performance.now() - begun;
    if (waitedMs > limitMs) throw new Error(`waited ${limitMs} ms for ${what}`);
    await delay(Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, waitedMs * PAUSE_SHARE)));
  }
}
