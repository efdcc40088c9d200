import assert from 'node:assert/strict';
import { mkdtempDisposable, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LoopFileSnapshots } from './loop-file-snapshots.ts';
import { VolumeFiles } from './volume-files.ts';

test('a snapshot that cannot be read is listed, and the others too', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-snapshots-'));
  const files = new VolumeFiles(folder.path);
  const unused = () => assert.fail('not called here');
  const snapshots = new LoopFileSnapshots({
    files,
    mountOf: unused,
    hold: unused,
    faultPoint: unused,
  });
  await writeFile(files.snapshot({ volume: 'data', snapshot: 'good' }), 'x'.repeat(10));
  await symlink('data@loop.snap', files.snapshot({ volume: 'data', snapshot: 'loop' }));
  await symlink('nowhere', files.snapshot({ volume: 'data', snapshot: 'gone' }));
  const seen = (await snapshots.list()).map(({ snapshot, sizeBytes }) => [snapshot, sizeBytes]);
  assert.deepEqual(seen, [
    ['good', 10],
    ['loop', 0],
  ]);
});
