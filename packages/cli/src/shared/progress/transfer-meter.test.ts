import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransferMeter } from './transfer-meter.ts';

const MIB = 1024 * 1024;

test('a transfer shows percent, amount, rate and remaining time', () => {
  let at = 0;
  const meter = new TransferMeter(() => at);
  const after = (ms: number, mib: number, total = 200) => {
    at = ms;
    return meter.describe(mib * MIB, total * MIB);
  };
  assert.equal(after(0, 40), '20%, 40 MiB of 200 MiB');
  assert.equal(
    after(100, 41),
    '20%, 41 MiB of 200 MiB',
    'a rate of less than half a second is none',
  );
  // The part of an earlier run counts for the percent, not for the rate.
  assert.equal(after(2000, 60), '30%, 60 MiB of 200 MiB, 10 MiB/s, 14s left');
  assert.equal(after(4000, 80), '40%, 80 MiB of 200 MiB, 10 MiB/s, 12s left');
  assert.equal(
    after(9000, 81),
    '40%, 81 MiB of 200 MiB, 205 KiB/s, 9m55s left',
    'the last moments',
  );
  assert.equal(
    after(15_000, 81),
    '40%, 81 MiB of 200 MiB, 0 B/s',
    'nothing comes: no end is known',
  );
  assert.equal(after(16_000, 199.99), '99%, 200 MiB of 200 MiB, 17 MiB/s, 1s left');
  assert.equal(after(17_000, 300), '100%, 300 MiB of 200 MiB, 27 MiB/s', 'more than was promised');
  assert.equal(new TransferMeter(() => at).describe(MIB, 0), '1 MiB', 'without a total');
  assert.equal(after(18_000, 300, 50_000).split(', ').at(-1), '34m3s left');
});
