import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { judgeTrial } from './trial.ts';

test('a trial is confirmed once everything was healthy for long enough', () => {
  const trial = { deadline: 600, healthySince: 20, autoConfirmSeconds: 30 };
  assert.deepEqual(judgeTrial({ ...trial, now: 25 }), { kind: 'wait', seconds: 25 });
  assert.deepEqual(judgeTrial({ ...trial, now: 50 }), { kind: 'confirm' });
  assert.deepEqual(judgeTrial({ ...trial, healthySince: 570, now: 600 }), { kind: 'confirm' });
});

test('a trial without a confirmation, or without health, goes back at its deadline', () => {
  assert.deepEqual(judgeTrial({ now: 599, deadline: 600, healthySince: 0 }), {
    kind: 'wait',
    seconds: 1,
  });
  const end = (more: object) => judgeTrial({ now: 600, deadline: 600, ...more });
  assert.deepEqual(end({ healthySince: 0 }), {
    kind: 'roll-back',
    reason: 'the operator did not confirm the update in time',
  });
  assert.deepEqual(end({ sickSince: 590, sickness: 'containerd is down' }), {
    kind: 'roll-back',
    reason: 'the new system was not healthy: containerd is down',
  });
  assert.deepEqual(end({ autoConfirmSeconds: 30, healthySince: 590 }), {
    kind: 'roll-back',
    reason: 'the new system was not healthy for 30 s before its time was over',
  });
});

test('a system that stays sick goes back before its deadline', () => {
  const sick = { deadline: 600, sickness: 'containerd is down', sickSince: 20 };
  assert.deepEqual(judgeTrial({ ...sick, now: 50 }), { kind: 'wait', seconds: 120 });
  assert.deepEqual(judgeTrial({ ...sick, now: 170 }), {
    kind: 'roll-back',
    reason: 'the new system was not healthy: containerd is down',
  });
});

test('a wait ends with a decision, and is never endless', () => {
  const seconds = fc.integer({ min: 0, max: 1000 });
  const optional = fc.option(seconds, { nil: undefined });
  fc.assert(
    fc.property(
      seconds,
      seconds,
      optional,
      optional,
      optional,
      (now, deadline, healthySince, sickSince, auto) => {
        const seen = {
          deadline,
          ...(healthySince === undefined ? {} : { healthySince }),
          ...(sickSince === undefined ? {} : { sickSince, sickness: 'sick' }),
          ...(auto === undefined ? {} : { autoConfirmSeconds: auto }),
        };
        const step = judgeTrial({ ...seen, now });
        if (step.kind !== 'wait') return;
        assert.ok(step.seconds > 0 && Number.isFinite(step.seconds));
        assert.notEqual(judgeTrial({ ...seen, now: now + step.seconds }).kind, 'wait');
      },
    ),
  );
});
