import assert from 'node:assert/strict';
import { mkdtempDisposable, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { suite, test } from 'node:test';
import { run } from '../process/run.ts';
import { findLoop, openLoop } from './loop.ts';

/** An embedded capsule's `/dev`: a tmpfs with the nodes of some earlier moment, here none of a loop device. */
const IN_BARE_DEV = `set -eu
mount -t tmpfs -o mode=755 dev /dev
mknod -m 666 /dev/null c 1 3
mknod -m 666 /dev/urandom c 1 9
mknod -m 600 /dev/loop-control c 10 237
exec "$@"
`;

const OPEN_ALL = `
import { openLoop, findLoop } from ${JSON.stringify(join(import.meta.dirname, 'loop.ts'))};
import { access } from 'node:fs/promises';
const files = process.argv.slice(1);
const loops = await Promise.all(files.map((file) => openLoop(file)));
const devices = loops.map(({ device }) => device);
await Promise.all(devices.map((device) => access(device)));
for (const [index, file] of files.entries()) {
  if ((await findLoop(file)) !== devices[index]) throw new Error(file);
}
process.stdout.write(JSON.stringify(devices));
for (const loop of loops) await loop[Symbol.asyncDispose]();
`;

suite('loop devices', { timeout: 360_000 }, () => {
  test('many loop devices attach at the same time, where /dev has none of their nodes', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-loop-'));
    const files = Array.from({ length: 12 }, (_, index) => join(folder.path, `disk${index}`));
    for (const file of files) {
      await writeFile(file, '');
      await truncate(file, 1024 * 1024);
    }
    const words = ['--mount', '--propagation', 'private', 'sh', '-c', IN_BARE_DEV, 'sh', execPath];
    const node = ['--disable-warning=ExperimentalWarning', '--input-type=module'];
    const { stdout } = await run('unshare', [...words, ...node, '-e', OPEN_ALL, ...files]);
    assert.equal(new Set(JSON.parse(stdout) as string[]).size, files.length);
  });

  test('an open loop device is freed when it is closed, also by a killed process', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-loop-'));
    const file = join(folder.path, 'disk');
    await writeFile(file, '');
    await truncate(file, 1024 * 1024);
    {
      await using first = await openLoop(file);
      await using second = await openLoop(file);
      assert.equal(first.device, second.device);
    }
    assert.equal(await findLoop(file), undefined);
    const script = `
import { openLoop } from ${JSON.stringify(join(import.meta.dirname, 'loop.ts'))};
await openLoop(process.argv[1]);
process.kill(process.pid, 'SIGKILL');
`;
    await run(execPath, ['--input-type=module', '-e', script, file], { allow: [-1] });
    assert.equal(await findLoop(file), undefined);
  });
});
