import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtempDisposable, open, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Machine } from '../vmm.ts';
import { describeJail } from './jail.ts';

/** Replaces the jailer: prints the content of the jail. */
const JAILER = `#!/bin/sh
shift 9
root=$1/firecracker/firecracker/root
cat "$root/disk0"
echo 7 >"$root/firecracker.pid"
`;

test('a jail contains the disk that was opened, and not another one that took its name', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-jail-'));
  const at = (name: string) => join(folder.path, name);
  await mkdir(at('place'));
  await mkdir(at('s'));
  for (const name of ['disk', 'other', 'config', 'kernel']) await writeFile(at(name), name);
  await writeFile(at('jailer'), JAILER, { mode: 0o755 });
  await using disk = await open(at('disk'), 'r+');
  const holder = spawn('sleep', ['infinity'], { stdio: ['ignore', 'ignore', 'ignore', disk.fd] });
  try {
    const [command = '', ...args] = describeJail({
      machine: { tap: { uid: 0 }, sockets: { control: at('s/control') } } as Machine,
      disks: [{ path: at('disk'), readOnly: true }],
      holder: holder.pid ?? 0,
      boot: { kernel: at('kernel'), config: at('config') },
      jailer: at('jailer'),
      program: '/fc/firecracker',
      place: at('place'),
      pidFile: at('pidFile'),
    });
    const make = () => spawnSync(command, args, { encoding: 'utf8' });
    const first = make();
    assert.deepEqual([first.status, first.stdout], [0, 'disk'], first.stderr);
    assert.equal(await readFile(at('pidFile'), 'utf8'), '7\n');
    await rename(at('other'), at('disk'));
    const second = make();
    assert.notEqual(second.status, 0);
    assert.match(second.stderr, /disk is another file than was opened/);
    assert.equal(second.stdout, '');
  } finally {
    holder.kill('SIGKILL');
  }
});
