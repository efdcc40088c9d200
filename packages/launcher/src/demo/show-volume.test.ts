import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { showVolume } from './show-volume.ts';

test('the tour asks no question on the terminal that it shares with capsulectl', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-tour-'));
  try {
    const deletes: (readonly string[])[] = [];
    const capsulectl = async (...args: readonly string[]) => {
      if (args.includes('delete')) deletes.push(args);
      const [command, , , to = ''] = args;
      if (command === 'cp' && to.startsWith(folder)) await copyFile(join(folder, 'note'), to);
    };
    assert.match(await showVolume({ image: 'x', folder, capsulectl }), /written by notes-writer/);
    assert.equal(deletes.length, 2);
    for (const args of deletes) assert.ok(args.includes('--yes'), args.join(' '));
  } finally {
    await rm(folder, { recursive: true });
  }
});
