import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planSnapshot, snapshotNameAt, surplusSnapshots } from './snapshot-schedule.ts';

const moments = fc.array(fc.integer({ min: 0, max: 2 ** 41 }), { maxLength: 30 });
const named = (times: readonly number[]) =>
  times.map((createdAt, index) => ({ snapshot: `s${index}`, createdAt }));

test('a snapshot is due one interval after the last one, by the clock that can be trusted', () => {
  const moment = fc.integer({ min: 0, max: 2 ** 41 });
  fc.assert(
    fc.property(
      ...[moments, moment, moment, fc.integer({ min: 60, max: 10 ** 7 })],
      (times, now, ranMs, everySeconds) => {
        const schedule = { everySeconds, keep: 1 };
        const periodMs = everySeconds * 1000;
        const { isDue, waitMs } = planSnapshot(schedule, named(times), { now, ranMs });
        const last = times.at(-1) ?? Number.NEGATIVE_INFINITY;
        const isBehind = last > now + periodMs * 0.1;
        assert.equal(isDue, isBehind ? ranMs >= periodMs : last <= now - periodMs);
        assert.ok(waitMs >= 0 && waitMs <= periodMs * 1.1);
        const later = { now: now + waitMs, ranMs: ranMs + waitMs };
        assert.ok(isBehind || planSnapshot(schedule, named(times), later).isDue);
      },
    ),
  );
});

const HOUR_MS = 3600_000;
const HOURLY = { everySeconds: 3600, keep: 10 };

interface Boot {
  readonly clock: number;
  readonly hours: number;
  /** After an hour and a half the clock is set to it. */
  readonly corrected?: number;
}

/** The snapshots left after some boots, with the minutes of each boot at which they were taken. */
function simulate(kept: readonly number[], boots: readonly Boot[]) {
  let count = 0;
  let taken = kept.map((createdAt, index) => ({ snapshot: `kept${index}`, createdAt }));
  const minutes = boots.map(({ clock, hours, corrected }) => {
    const found: number[] = [];
    let lastMs = 0;
    for (let ranMs = 0; ranMs < hours * HOUR_MS; ranMs += 60_000) {
      const isCorrected = corrected !== undefined && ranMs >= 1.5 * HOUR_MS;
      const now = isCorrected ? corrected + ranMs - 1.5 * HOUR_MS : clock + ranMs;
      if (!planSnapshot(HOURLY, taken, { now, ranMs: ranMs - lastMs }).isDue) continue;
      lastMs = ranMs;
      found.push(ranMs / 60_000);
      taken.push({ snapshot: `taken${count++}`, createdAt: now });
      const gone = new Set(surplusSnapshots(HOURLY, taken));
      taken = taken.filter(({ snapshot }) => !gone.has(snapshot));
    }
    return found;
  });
  return { minutes, left: taken };
}

const NOW = Date.UTC(2026, 10, 30);
const REAL = [9, 8, 7, 6, 5, 4, 3, 2, 1].map((hours) => NOW - hours * HOUR_MS);

test('with a clock at 1970, each boot takes a snapshot after each interval, and none at its start', () => {
  const wrong = { clock: 0, hours: 4.5 };
  const { minutes } = simulate(REAL, [wrong, wrong, wrong, { clock: 0, hours: 8.5 }]);
  assert.deepEqual(minutes.slice(0, 3), Array(3).fill([60, 120, 180, 240]));
  assert.deepEqual(minutes[3], [60, 120, 180, 240, 300, 360, 420, 480]);
  const short = { clock: 0, hours: 0.5 };
  const after = simulate(REAL, Array(100).fill(short));
  assert.deepEqual(after.minutes.flat(), []);
  assert.equal(after.left.length, REAL.length);
});

test('a clock that becomes right during a run goes by the usual rule from there on', () => {
  const { minutes } = simulate(REAL, [{ clock: 0, hours: 3.75, corrected: NOW }]);
  assert.deepEqual(minutes, [[60, 90, 150, 210]]);
  const early = simulate([...REAL, NOW], [{ clock: 0, hours: 0.9 }]);
  assert.deepEqual(early.minutes, [[]]);
});

test('a clock that was wrongly in 2030 delays the next snapshot by one interval, not four years', () => {
  const wrong = [...REAL, Date.UTC(2030, 0, 1), Date.UTC(2030, 0, 1, 1)];
  const boots = [0, 1, 2].map((day) => ({ clock: NOW + day * 24 * HOUR_MS, hours: 3.5 }));
  const { minutes } = simulate(wrong, boots);
  assert.deepEqual(minutes, [
    [60, 120, 180],
    [0, 60, 120, 180],
    [0, 60, 120, 180],
  ]);
});

test('those that were taken last are kept, whatever the clock showed', () => {
  fc.assert(
    fc.property(moments, fc.integer({ min: 1, max: 20 }), (times, keep) => {
      const all = named(times).map(({ snapshot }) => snapshot);
      const gone = surplusSnapshots({ everySeconds: 60, keep }, named(times));
      assert.deepEqual([...gone, ...all.slice(-keep)], all);
    }),
  );
});

test('a clock that is corrected by seconds is not behind, one set back by a period is', () => {
  const taken = named([10 * HOUR_MS]);
  const at = (now: number) =>
    planSnapshot({ everySeconds: 3600, keep: 1 }, taken, { now, ranMs: 50 * 60_000 });
  assert.deepEqual(at(10 * HOUR_MS - 5_000), { isDue: false, waitMs: 3605_000 });
  assert.deepEqual(at(9 * HOUR_MS), { isDue: false, waitMs: 10 * 60_000 });
});

test('the name of a snapshot contains its time', () => {
  assert.equal(snapshotNameAt('auto', Date.UTC(2026, 10, 28, 6, 45)), 'auto-20261128-064500');
});
