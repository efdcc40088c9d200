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
        const recent = times.some((at) => at <= now && at > now - everySeconds * 1000);
        assert.equal(isDue, !recent);
        assert.ok(waitMs >= 0 && waitMs <= everySeconds * 1000);
        const later = planSnapshot({ everySeconds, keep: 1 }, named(times), now + waitMs);
        assert.ok(later.isDue || times.some((at) => at > now));
      },
    ),
  );
});

test('the newest are kept', () => {
  fc.assert(
    fc.property(moments, fc.integer({ min: 1, max: 20 }), (times, keep) => {
      const all = named(times);
      const gone = new Set(surplusSnapshots({ everySeconds: 60, keep }, all));
      const kept = all.filter(({ snapshot }) => !gone.has(snapshot));
      assert.equal(kept.length, Math.min(all.length, keep));
      const oldest = Math.min(...kept.map(({ createdAt }) => createdAt));
      assert.ok(all.every(({ snapshot, createdAt }) => !gone.has(snapshot) || createdAt <= oldest));
    }),
  );
});

test('a name tells the moment', () => {
  assert.equal(snapshotNameAt('auto', Date.UTC(2026, 10, 28, 6, 45)), 'auto-20261128-064500');
});
