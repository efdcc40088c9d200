import { writeFile } from 'node:fs/promises';
import type { Log } from '@capsule/engine';

/** PID 1 waits for a new number for two minutes, where the system is on trial. */
const EVERY_MS = 10_000;

/** The word of a system that is not on trial: PID 1 looks no more. */
const CONFIRMED = 'confirmed';

/**
 * Writes a new number to a file again and again, as long as the event loop turns: capsuled's sign of life. Once the
 * system is not on trial, a word replaces the number: workloads run on without capsuled.
 */
export function startPulse(
  path: string,
  log: Log,
  isConfirmed: () => Promise<boolean>,
): Disposable {
  let beats = 0;
  const write = async () => {
    beats += 1;
    const sign = (await isConfirmed()) ? CONFIRMED : String(beats);
    await writeFile(path, `${process.pid} ${sign}\n`);
  };
  const beat = () => write().catch((error) => log.error('sign of life not written', { error }));
  void beat();
  const timer = setInterval(beat, EVERY_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
