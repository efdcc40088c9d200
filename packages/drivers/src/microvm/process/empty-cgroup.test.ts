import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyCgroup } from './empty-cgroup.ts';

test('what is in a cgroup is killed, whether it is in a record or not', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-cgroup-'));
  const file = join(folder.path, 'cgroup.procs');
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await writeFile(file, `${child.pid}\n`);
  await emptyCgroup([file]);
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  await emptyCgroup([file]);
});

test('a cgroup that is gone has nothing in it', async () => {
  await emptyCgroup(['/nonexistent/cgroup.procs']);
});
