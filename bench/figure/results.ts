import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Machine } from '../host/machine.ts';
import type { Figure } from './figure.ts';

/** The results of one benchmark, and the machine with its load before the run. */
export interface Result {
  readonly machine: Machine;
  readonly figures: readonly Figure[];
}

/** The results, by benchmark. */
export type Results = Readonly<Record<string, Result>>;

/** The latest result of every benchmark in this checkout; empty in a new one. */
export async function readResults(path: string): Promise<Results> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return '{}';
    throw cause;
  });
  return JSON.parse(text) as Results;
}

export async function keepResults(path: string, results: Results): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`);
}
