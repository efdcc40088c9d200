import assert from 'node:assert/strict';
import { chmod, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { thaw } from './freeze.ts';

test('a thaw whose program cannot be started yet is repeated until it can', async (t) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-thaw-'));
  const [program, printed] = [join(folder.path, 'fsfreeze'), join(folder.path, 'printed')];
  await writeFile(program, `#!/bin/sh\necho "$@" > ${printed}\n`, { mode: 0o600 });
  const { PATH } = process.env;
  t.after(() => Object.assign(process.env, { PATH }));
  process.env['PATH'] = folder.path;
  // The first try has failed before this call returns.
  const thawed = thaw('/mnt');
  await chmod(program, 0o700);
  await thawed;
  assert.equal(await readFile(printed, 'utf8'), '--unfreeze /mnt\n');
});
