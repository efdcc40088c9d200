import { signalNumber } from '@capsule/core';

const SIGTERM = 15;

/** Returns the number of a signal as images name it; SIGTERM for a text that is none. */
export function parseStopSignal(text: string): number {
  return signalNumber(text) ?? SIGTERM;
}
