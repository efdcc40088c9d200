import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** PID 1 gives no service longer than an hour. */
const LONGEST_MS = 3600_000;

export interface PowerOffPatience {
  /** Bound to /run/capsule inside. */
  readonly runDir: string;
  /** Used where capsuled asks for no time of its own. */
  readonly graceMs: number;
  /** Added to the time that capsuled asks for: PID 1 ends processes of no service, and unmounts. */
  readonly slackMs: number;
}

/**
 * Waits until a capsule that is powering off has ended: `graceMs`, or as long as its capsuled asks for in
 * `power-off-ms` where that is longer. False when it has not ended by then.
 */
export async function awaitPowerOff(
  ended: Promise<unknown>,
  { runDir, graceMs, slackMs }: PowerOffPatience,
): Promise<boolean> {
  const since = performance.now();
  const over = new AbortController();
  const isEnded = ended.then(() => true);
  try {
    for (let limitMs = graceMs; ; limitMs = await limitOf(runDir, slackMs)) {
      const leftMs = since + limitMs - performance.now();
      if (leftMs <= 0) return false;
      const passed = delay(leftMs, false, { signal: over.signal });
      if (await Promise.race([isEnded, passed])) return true;
    }
  } finally {
    over.abort();
  }
}

/** The capsule writes the file: anything but a number counts as no request. */
async function limitOf(runDir: string, slackMs: number): Promise<number> {
  const text = await readFile(join(runDir, 'power-off-ms'), 'utf8').catch(() => '');
  const asked = /^\d{1,9}\n?$/.test(text) ? Number(text) : 0;
  return asked === 0 ? 0 : Math.min(asked, LONGEST_MS) + slackMs;
}
