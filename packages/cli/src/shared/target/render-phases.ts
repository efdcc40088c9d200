import type { Phase } from '@capsule/api/wire';

export interface Phases {
  /** Of this program, since its start. */
  readonly here: readonly Phase[];
  /** Of the capsule, since the first call reached it. */
  readonly capsule: readonly Phase[];
}

const WIDTH = 9;

/** Returns a line for each phase: its start and its duration in milliseconds. Pure. */
export function renderPhases({ here, capsule }: Phases): string {
  return [
    'debug: milliseconds from the start of this program, and duration',
    ...here.toSorted((a, b) => a.startMs - b.startMs).map(lineOf),
    'debug: milliseconds from the first call in capsuled, and duration',
    ...capsule.map(lineOf),
    '',
  ].join('\n');
}

function lineOf({ name, startMs, tookMs }: Phase): string {
  const [start, took] = [startMs, tookMs].map((ms) => ms.toFixed(1).padStart(WIDTH));
  return `debug: ${start}${took}  ${name}`;
}
