import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SystemLogFile } from './system-log-file.ts';

test('lines of the system log name their service', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-system-log-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'capsule.log');
  await writeFile(`${path}.1`, '2026-01-01T00:00:00Z init F mounted /proc\n');
  await writeFile(path, '2026-01-01T00:00:01Z containerd F ready\nwhat\n');
  const log = new SystemLogFile(path).read({ follow: false }, new AbortController().signal);
  const entries = await Array.fromAsync(log);
  assert.deepEqual(
    entries.map(({ service, text }) => [service, Buffer.from(text).toString()]),
    [
      ['init', 'mounted /proc'],
      ['containerd', 'ready'],
      ['', 'what'],
    ],
  );
});
