import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLog } from '@capsule/engine';
import { startPulse } from './pulse.ts';

test('the number changes every ten seconds, until the end', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const folder = await mkdtemp(join(tmpdir(), 'capsule-pulse-'));
  const path = join(folder, 'alive');
  const complaints: string[] = [];
  const read = async (wanted: string) => {
    for (;;) {
      const text = await readFile(path, 'utf8').catch(() => '');
      if (text === `${process.pid} ${wanted}\n`) return;
    }
  };
  let isConfirmed = false;
  const log = createLog((line) => complaints.push(line));
  try {
    const pulse = startPulse(path, log, async () => isConfirmed);
    await read('1');
    t.mock.timers.tick(10_000);
    await read('2');
    isConfirmed = true;
    t.mock.timers.tick(10_000);
    await read('confirmed');
    pulse[Symbol.dispose]();
    t.mock.timers.tick(10_000);
    await read('confirmed');
    assert.deepEqual(complaints, []);
  } finally {
    await rm(folder, { recursive: true });
  }
});
