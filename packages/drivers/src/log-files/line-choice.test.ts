import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineChoice, type LineChoiceOptions } from './line-choice.ts';

const timeOf = (year: number) => `${year}-01-01T00:00:00.000000001Z`;
const YEAR = 2026;

function chosen(
  options: Partial<LineChoiceOptions>,
  years: readonly number[],
  come: number[] = [],
) {
  const choice = new LineChoice({ since: undefined, after: undefined, ...options });
  const wants = (year: number) => choice.wants({ time: timeOf(year) });
  const past = years.filter(wants);
  choice.catchUp();
  return [past, come.filter(wants)];
}

test('past lines are selected by their time, and new lines in any case', () => {
  const since = Date.parse(timeOf(YEAR));
  assert.deepEqual(chosen({ since }, [2025, 2026, 2027, 1970], [1970, 2026, 1971]), [
    [2026, 2027],
    [1970, 2026, 1971],
  ]);
});

test('lines after a lost position are selected, also if the clock was set back', () => {
  const after = timeOf(YEAR);
  assert.deepEqual(chosen({ after }, [2025, 2026, 2027, 2020]), [[2027, 2020], []]);
  assert.deepEqual(chosen({ after }, [2025, 2026, 1970, 1971]), [[1970, 1971], []]);
  assert.deepEqual(chosen({ after }, [1970, 1971], [1972]), [[], [1972]]);
});
