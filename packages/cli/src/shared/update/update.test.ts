import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectErrorFrom, type UpdateOSRequest, updateToProto } from '@capsule/api/wire';
import { defineErrors, type UpdateEntry } from '@capsule/core';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';

const updateError = defineErrors('UPDATE', {
  NOT_ON_TRIAL: { kind: 'precondition', message: (_: object) => 'no version is on trial' },
});

/** Takes a bundle, and remembers what came. */
function takingServices() {
  const seen = { metadata: undefined as object | undefined, bytes: Buffer.alloc(0) };
  const updateOS = async (requests: AsyncIterable<UpdateOSRequest>) => {
    for await (const { msg } of requests) {
      if (msg.case === 'metadata') {
        const { totalBytes, sha256Hex, autoConfirmSeconds, allowDowngrade } = msg.value;
        seen.metadata = { totalBytes, sha256Hex, autoConfirmSeconds, allowDowngrade };
      }
      if (msg.case === 'chunk') seen.bytes = Buffer.concat([seen.bytes, msg.value]);
    }
    return { nextSlot: 'slot_b', nextVersion: '1.1.0', rebootScheduled: true, trialSeconds: 600 };
  };
  return { seen, services: { capsule: { updateOS } } };
}

test('a bundle arrives whole, with its hash and the settings of the operator', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'capsulectl-update-'));
  try {
    const content = Buffer.alloc(600_000, 'capsule');
    const path = join(folder, 'one.bundle');
    await writeFile(path, content);
    const { seen, services } = takingServices();
    await using capsule = await startFakeCapsule(services);
    const flags = ['--auto-confirm', '2m', '--allow-downgrade'];
    const result = await runCapsulectl(['update', 'push', path, ...flags], capsule);
    assert.equal(result.exitCode, 0, result.stderr);
    assert.equal(
      result.stdout,
      'slot_b has version 1.1.0; the capsule reboots into it now\n' +
        'it confirms itself after 120 s of health; otherwise the capsule goes back after 600 s\n',
    );
    assert.ok(seen.bytes.equals(content));
    assert.deepEqual(seen.metadata, {
      totalBytes: 600_000n,
      sha256Hex: createHash('sha256').update(content).digest('hex'),
      autoConfirmSeconds: 120,
      allowDowngrade: true,
    });
    const again = await runCapsulectl(['capsule', 'update', 'push', path], capsule);
    assert.match(again.stdout, /confirm it with `capsulectl update confirm`/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a bad time and a missing file change nothing', async () => {
  const { seen, services } = takingServices();
  await using capsule = await startFakeCapsule(services);
  const bad = await runCapsulectl(['update', 'push', 'x', '--auto-confirm', 'soon'], capsule);
  assert.equal(bad.exitCode, 2);
  assert.match(bad.stderr, /--auto-confirm takes seconds like 60, or 2m, not "soon"/);
  const missing = await runCapsulectl(['update', 'push', '/nowhere'], capsule);
  assert.match(missing.stderr, /CLI_FILE_MISSING/);
  assert.equal(seen.metadata, undefined);
});

test('a confirmation names the version, or the reason why there is none', async () => {
  const updateConfirm = () => ({ committedSlot: 'slot_b', committedVersion: '1.1.0' });
  await using capsule = await startFakeCapsule({ capsule: { updateConfirm } });
  const done = await runCapsulectl(['update', 'confirm'], capsule);
  assert.equal(done.stdout, 'version 1.1.0 in slot_b is permanent\n');
  const fails = () => {
    throw connectErrorFrom(updateError.NOT_ON_TRIAL({}));
  };
  await using other = await startFakeCapsule({ capsule: { updateConfirm: fails } });
  const refused = await runCapsulectl(['capsule', 'update', 'confirm'], other);
  assert.equal(refused.exitCode, 4);
  assert.match(refused.stderr, /UPDATE_NOT_ON_TRIAL/);
});

test('a script goes back and reboots without a question', async () => {
  const updateRollback = () => ({ slot: 'slot_a', version: '' });
  const nothing = () => ({});
  const capsuleService = { updateRollback, rebootNode: nothing, powerOffNode: nothing };
  await using capsule = await startFakeCapsule({ capsule: capsuleService });
  const run = async (...words: string[]) => (await runCapsulectl(words, capsule)).stdout;
  assert.equal(await run('update', 'rollback'), 'the capsule reboots into slot_a\n');
  assert.match(await run('capsule', 'reboot'), /stops its workloads and reboots/);
  assert.match(await run('capsule', 'poweroff'), /stops its workloads and switches off/);
});

test('the history shows how each update ended', async () => {
  const update: UpdateEntry = {
    state: 'failed',
    from: { slot: 'slot_a', version: '1.0.0' },
    to: { slot: 'slot_b', version: '1.1.0' },
    reason: 'slot_b did not come up in 3 tries',
    startedAt: Date.UTC(2026, 0, 1),
    endedAt: Date.UTC(2026, 0, 2),
  };
  const updateHistory = () => ({ updates: [updateToProto(update)] });
  await using capsule = await startFakeCapsule({ capsule: { updateHistory } });
  const table = await runCapsulectl(['update', 'history'], capsule);
  assert.match(table.stdout, /^VERSION\s+SLOT\s+BEFORE\s+STATE\s+AGE\s+REASON\n/);
  assert.match(table.stdout, /1\.1\.0\s+slot_b\s+1\.0\.0\s+failed\s.*slot_b did not come up/);
  const json = await runCapsulectl(['update', 'history', '-o', 'json'], capsule);
  const [first] = JSON.parse(json.stdout) as [{ endedAt: string; reason: string }];
  assert.equal(first.endedAt, '2026-01-02T00:00:00.000Z');
  assert.equal(first.reason, update.reason);
});
