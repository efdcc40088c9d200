import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CpioEntry } from '../disk/cpio.ts';
import { initramfsEntries } from './guest-initramfs.ts';

const content = Buffer.from('x');
const files: readonly CpioEntry[] = [
  { path: 'usr/lib/arch/libc.so.6', content, mode: 0o755 },
  { path: 'lib', link: 'usr/lib', mode: 0o777 },
  { path: 'init', content, mode: 0o755 },
];
const modules = ['vsock', 'overlay'].map((name) => ({ name, content }));

test('every folder precedes its contents, and no path is listed twice', () => {
  const paths = initramfsEntries(files, modules).map(({ path }) => path);
  assert.equal(new Set(paths).size, paths.length);
  for (const [index, path] of paths.entries()) {
    const folder = path.split('/').slice(0, -1).join('/');
    assert.ok(folder === '' || paths.slice(0, index).includes(folder), path);
  }
});

test('lists the modules in the order of loading', () => {
  const load = initramfsEntries(files, modules).find(({ path }) => path === 'usr/lib/modules/load');
  assert.equal(load?.content?.toString(), 'vsock.ko\noverlay.ko\n');
});

test('contains a console device for init, and the folders for its mounts', () => {
  const entries = initramfsEntries(files, modules);
  assert.deepEqual(entries.find(({ path }) => path === 'dev/console')?.device, [5, 1]);
  for (const path of ['dev', 'proc', 'run', 'sys', 'tmp']) {
    assert.ok(
      entries.some((entry) => entry.path === path),
      path,
    );
  }
});
