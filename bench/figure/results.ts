import type { Machine } from '../host/machine.ts';
import type { Figure } from './figure.ts';

/** The results of one benchmark, and the machine with the load of others around the run. */
export interface Result {
  readonly machine: Machine;
  readonly figures: readonly Figure[];
}

/** The results, by benchmark. */
export type Results = Readonly<Record<string, Result>>;
