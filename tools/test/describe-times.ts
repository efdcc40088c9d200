import type { LaneOutcome } from './lane.ts';

/** A table of how long each lane took, and all of them side by side. Pure. */
export function describeTimes(outcomes: readonly LaneOutcome[], totalSeconds: number): string {
  const rows = outcomes.map(
    ({ name, seconds, passed, failed, skipped }) =>
      `${row(name, seconds)}  ${passed} passed, ${failed} failed, ${skipped} skipped\n`,
  );
  return [
    '\ntime by lane, some of them side by side\n',
    ...rows,
    row('all', totalSeconds),
    '\n',
  ].join('');
}

function row(name: string, seconds: number): string {
  return `  ${name.padEnd(9)}${seconds.toFixed(1).padStart(7)} s`;
}
