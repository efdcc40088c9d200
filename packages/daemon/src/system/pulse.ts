import { writeFile } from 'node:fs/promises';
import type { Log } from '@capsule/engine';

/** PID 1 waits for a new number for two minutes, where the system is on trial. */
const EVERY_MS = 10_000;

/** Writes a new number to a file again and again, as long as the event loop turns: capsuled's sign of life. */
export function startPulse(path: string, log: Log): Disposable {
  let beats = 0;
  const beat = () => {
    beats += 1;
    writeFile(path, `${process.pid} ${beats}\n`).catch((error) =>
      log.error('sign of life not written', { error }),
    );
  };
  beat();
  const timer = setInterval(beat, EVERY_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
