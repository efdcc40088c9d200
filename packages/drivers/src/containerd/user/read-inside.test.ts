import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { run } from '@capsule/host';
import { readInside } from './read-inside.ts';

/** Makes a tree, and beside it a file that no path inside may reach. */
async function tree(t: TestContext): Promise<string> {
  const outside = await mkdtemp(join(tmpdir(), 'capsule-read-inside-'));
  t.after(() => rm(outside, { recursive: true }));
  await writeFile(join(outside, 'passwd'), 'secret');
  const root = join(outside, 'root');
  await mkdir(join(root, 'etc'), { recursive: true });
  await mkdir(join(root, 'usr'));
  return root;
}

test('a file is read, up to the limit', async (t) => {
  const root = await tree(t);
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0');
  assert.equal(await readInside(root, '/etc/passwd', 100), 'root:x:0:0');
  assert.equal(await readInside(root, '/etc/passwd', 4), 'root');
});

test('links are followed relative to the root of the tree', async (t) => {
  const root = await tree(t);
  await writeFile(join(root, 'usr/passwd'), 'inside');
  for (const target of ['/usr/passwd', '../usr/passwd', '../../../../usr/passwd', 'other']) {
    const link = join(root, 'etc/passwd');
    await rm(link, { force: true });
    await symlink(target, link);
    await symlink('../usr/passwd', join(root, 'etc/other')).catch(() => undefined);
    assert.equal(await readInside(root, '/etc/passwd', 100), 'inside', target);
  }
});

test('no link leads out of the tree', async (t) => {
  const root = await tree(t);
  const targets = [
    '../../passwd',
    join(root, '../passwd'),
    '/../passwd',
    '/proc/self/root/etc/passwd',
  ];
  for (const target of targets) {
    const link = join(root, 'etc/passwd');
    await rm(link, { force: true });
    await symlink(target, link);
    assert.equal(await readInside(root, '/etc/passwd', 100), '', target);
  }
});

test('a directory that is a link out of the tree is resolved inside it', async (t) => {
  const root = await tree(t);
  await rm(join(root, 'etc'), { recursive: true });
  await symlink('..', join(root, 'etc'));
  assert.equal(await readInside(root, '/etc/passwd', 100), '');
});

test('loops, directories and missing files read as empty', async (t) => {
  const root = await tree(t);
  await symlink('passwd', join(root, 'etc/passwd'));
  await mkdir(join(root, 'etc/group'));
  for (const path of [
    '/etc/passwd',
    '/etc/group',
    '/etc/none',
    '/none/passwd',
    '/',
    '/etc/group/x',
  ]) {
    assert.equal(await readInside(root, path, 100), '', path);
  }
});

test('files whose reader may have to wait are not opened: pipes, devices, files of /proc, folders', async (t) => {
  const root = await tree(t);
  const path = join(root, 'etc/passwd');
  await run('mkfifo', [path]);
  assert.equal(await readInside(root, '/etc/passwd', 100), '');
  for (const target of ['proc/kmsg', 'proc/self/environ', 'dev/zero', 'etc']) {
    await rm(path, { force: true });
    await symlink(`/${target}`, path);
    assert.equal(await readInside('/', path, 100), '', target);
  }
});

/** Exchanges two names in a loop with renameat2(2) and RENAME_EXCHANGE, until it is killed. */
const EXCHANGE = `
my ($number, $a, $b) = @ARGV;
$| = 1;
print "ready";
while (syscall($number + 0, -100, $a, -100, $b, 2) == 0) {}
`;
const RENAMEAT2 = process.arch === 'arm64' ? '276' : '316';

for (const kind of ['pipe', 'link out', 'folder'] as const) {
  test(`a file that is concurrently exchanged for a ${kind} is read whole, or not at all`, async (t) => {
    const root = await tree(t);
    const [path, other] = [join(root, 'etc/passwd'), join(root, 'etc/other')];
    await writeFile(path, 'inside');
    if (kind === 'pipe') await run('mkfifo', [other]);
    else if (kind === 'link out') await symlink(join(root, '../passwd'), other);
    else await mkdir(other);
    const racer = spawn('perl', ['-e', EXCHANGE, RENAMEAT2, path, other], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gone = once(racer, 'exit');
    await once(racer.stdout, 'data');
    const seen = new Set<string>();
    try {
      for (let round = 0; round < 500 || seen.size < 2; round += 1) {
        seen.add(await readInside(root, '/etc/passwd', 100));
      }
      assert.equal(racer.exitCode, null);
    } finally {
      // It must end before the tree is removed, in which it exchanges files.
      racer.kill('SIGKILL');
      await gone;
    }
    assert.deepEqual([...seen].toSorted(), ['', 'inside']);
  });
}
