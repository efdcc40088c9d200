import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { awaitPowerOff } from './await-power-off.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'capsule-power-off-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

const never = new Promise(() => undefined);

test('the wait for a capsule that does not end is over after the grace period', async (t) => {
  const runDir = folder(t);
  assert.equal(await awaitPowerOff(never, { runDir, graceMs: 1, slackMs: 1 }), false);
  writeFileSync(join(runDir, 'power-off-ms'), 'for ever');
  assert.equal(await awaitPowerOff(never, { runDir, graceMs: 1, slackMs: 1 }), false);
});

test('the wait lasts longer when capsuled asks for more time', async (t) => {
  const runDir = folder(t);
  writeFileSync(join(runDir, 'power-off-ms'), '600000\n');
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 50);
  assert.equal(await awaitPowerOff(promise, { runDir, graceMs: 1, slackMs: 1 }), true);
});
