import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planSnapshot, snapshotNameAt, surplusSnapshots } from './snapshot-schedule.ts';

const moments = fc.array(fc.integer({ min: 0, max: 2 ** 41 }), { maxLength: 30 });
const named = (times: readonly number[]) =>
  times.map((createdAt, index) => ({ snapshot: `s${index}`, createdAt }));

test('one is due exactly when none of the last period is there', () => {
  fc.assert(
    fc.property(
      moments,
      fc.integer({ min: 0, max: 2 ** 41 }),
      fc.integer({ min: 60, max: 10 ** 7 }),
      (times, now, everySeconds) => {
        const { isDue, waitMs } = planSnapshot({ everySeconds, keep: 1 }, named(times), now);
        const periodMs = everySeconds * 1000;
        const recent = times.some((at) => at <= now + periodMs * 0.1 && at > now - periodMs);
        assert.equal(isDue, !recent);
        assert.ok(waitMs >= 0 && waitMs <= periodMs * 1.1);
        const later = planSnapshot({ everySeconds, keep: 1 }, named(times), now + waitMs);
        assert.ok(later.isDue || times.some((at) => at > now));
      },
    ),
  );
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

test('a clock that is corrected by seconds causes no second snapshot, one set back by a period does', () => {
  const taken = named([10 * 3600_000]);
  const at = (now: number) => planSnapshot({ everySeconds: 3600, keep: 1 }, taken, now);
  assert.deepEqual(at(10 * 3600_000 - 5_000), { isDue: false, waitMs: 3605_000 });
  assert.equal(at(9 * 3600_000).isDue, true);
});

test('a name tells the moment', () => {
  assert.equal(snapshotNameAt('auto', Date.UTC(2026, 10, 28, 6, 45)), 'auto-20261128-064500');
});
