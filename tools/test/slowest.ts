import { basename } from 'node:path';
import type { TimedTest } from './lane.ts';
import type { SlowTest } from './slow-tests.ts';

/** A test that takes longer is asked for a reason. It does not fail for that: a busy machine makes any test slow. */
export const UNREASONED_LIMIT_S = 90;
const SHOWN = 10;

/** A table of the ten slowest tests, each with its reason; empty when there is none. Pure. */
export function describeSlowest(tests: readonly TimedTest[], reasons: readonly SlowTest[]): string {
  const slowest = tests.toSorted((a, b) => b.seconds - a.seconds).slice(0, SHOWN);
  const lines = slowest.map((test) => {
    const reason = reasons.find((one) => isOf(one, test))?.reason;
    const isTooSlow = reason === undefined && test.seconds > UNREASONED_LIMIT_S;
    const why = reason ?? (isTooSlow ? 'NO REASON: make it quicker, or see slow-tests.ts' : '–');
    return `${test.seconds.toFixed(1).padStart(7)} s  ${test.file}: ${test.name}\n           ${why}\n`;
  });
  const title = `\nthe ${slowest.length} slowest tests, and why each takes its time\n`;
  return lines.length === 0 ? '' : [title, ...lines].join('');
}

/** A test whose title stands elsewhere bears the name of its file. */
function isOf({ file, name, from }: SlowTest, test: TimedTest): boolean {
  if ((from ?? file) !== test.file) return false;
  if (from !== undefined && !test.name.startsWith(basename(file))) return false;
  const [begin = '', ...rest] = name.split('…');
  const end = rest.at(-1) ?? '';
  return rest.length === 0
    ? test.name === name
    : test.name.startsWith(begin) && test.name.endsWith(end);
}
