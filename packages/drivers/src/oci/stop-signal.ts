import { signalNumber } from '@capsule/core';

const SIGTERM = 15;

/** The number of a signal as images write it; SIGTERM for what cannot be read. */
export function parseStopSignal(text: string): number {
  return signalNumber(text) ?? SIGTERM;
}
