import type { TimedTest } from './lane.ts';
import type { SlowTest } from './slow-tests.ts';

/** A test that takes longer needs a reason. Far above what one takes that has none, for machines that are busy. */
export const UNREASONED_LIMIT_S = 90;
const SHOWN = 10;

export interface Slowest {
  /** A table of the slowest tests; empty when there is none. */
  readonly table: string;
  /** How many of them are over the limit and give no reason. */
  readonly unreasoned: number;
}

/** The ten slowest tests, each with its reason. Pure. */
export function describeSlowest(
  tests: readonly TimedTest[],
  reasons: readonly SlowTest[],
): Slowest {
  const slowest = tests.toSorted((a, b) => b.seconds - a.seconds).slice(0, SHOWN);
  let unreasoned = 0;
  const lines = slowest.map((test) => {
    const reason = reasons.find((one) => isOf(one, test))?.reason;
    const isTooSlow = reason === undefined && test.seconds > UNREASONED_LIMIT_S;
    if (isTooSlow) unreasoned += 1;
    const why = reason ?? (isTooSlow ? 'NO REASON: make it quicker, or see slow-tests.ts' : '–');
    return `${test.seconds.toFixed(1).padStart(7)} s  ${test.file}: ${test.name}\n           ${why}\n`;
  });
  const title = `\nthe ${slowest.length} slowest tests, and why each takes its time\n`;
  return { table: lines.length === 0 ? '' : [title, ...lines].join(''), unreasoned };
}

function isOf({ file, name }: SlowTest, test: TimedTest): boolean {
  if (file !== test.file) return false;
  const [begin = '', ...rest] = name.split('…');
  const end = rest.at(-1) ?? '';
  return rest.length === 0
    ? test.name === name
    : test.name.startsWith(begin) && test.name.endsWith(end);
}
