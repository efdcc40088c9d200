import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyCgroup } from './empty-cgroup.ts';

test('every process in a cgroup is killed, recorded or not', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-cgroup-'));
  const file = join(folder.path, 'cgroup.procs');
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await writeFile(file, `${child.pid}\n`);
  await emptyCgroup([file]);
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  await emptyCgroup([file]);
});

test('a removed cgroup counts as empty', async () => {
  await emptyCgroup(['/nonexistent/cgroup.procs']);
});
