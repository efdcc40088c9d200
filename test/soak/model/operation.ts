import type { Random } from '../../lab/random.ts';

export const PATHS = ['/a', '/b'] as const;
export type Path = (typeof PATHS)[number];

/** An operation of a user on one workload. Some operations have no effect in some states. */
export type Operation =
  | { readonly do: 'apply'; readonly value: string; readonly label: string; readonly port: boolean }
  | { readonly do: 'stop' | 'start' | 'restart' | 'abandonExec' }
  | { readonly do: 'delete'; readonly force: boolean }
  | { readonly do: 'writeByExec' | 'copyTo'; readonly path: Path; readonly text: string }
  | { readonly do: 'readByExec' | 'copyFrom'; readonly path: Path };

/** The weight of each operation. */
const WEIGHTS: Readonly<Record<Operation['do'], number>> = {
  apply: 8,
  stop: 2,
  start: 3,
  restart: 2,
  delete: 2,
  writeByExec: 3,
  readByExec: 2,
  copyTo: 3,
  copyFrom: 2,
  abandonExec: 1,
};

/** The next operation. It depends only on the random numbers, not on the results of earlier operations. */
export function chooseOperation(random: Random): Operation {
  const name = chooseWeighted(random, WEIGHTS);
  const path = PATHS[random.below(PATHS.length)] ?? PATHS[0];
  const number = random.below(1_000_000);
  switch (name) {
    case 'apply':
      return {
        do: name,
        value: String(number % 2),
        label: String(random.below(3)),
        port: random.below(3) === 0,
      };
    case 'delete':
      return { do: name, force: number % 2 === 0 };
    case 'writeByExec':
    case 'copyTo':
      return { do: name, path, text: `${name} ${number}` };
    case 'readByExec':
    case 'copyFrom':
      return { do: name, path };
    default:
      return { do: name };
  }
}

/** A random key of `weights`; a larger weight makes it more frequent. */
export function chooseWeighted<K extends string>(
  random: Random,
  weights: Readonly<Record<K, number>>,
): K {
  const keys = Object.keys(weights) as K[];
  const total = keys.reduce((sum, key) => sum + weights[key], 0);
  let left = random.below(total);
  for (const key of keys) {
    left -= weights[key];
    if (left < 0) return key;
  }
  throw new RangeError('there is nothing to choose from');
}

/** A description for the journal: `apply value=1 label=2 port`. */
export function describeOperation(operation: Operation): string {
  const { do: verb, ...rest } = operation;
  const words = Object.entries(rest).map(([key, value]) => `${key}=${value}`);
  return [verb, ...words].join(' ');
}
