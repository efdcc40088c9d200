import assert from 'node:assert/strict';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { unlessMissing } from '@capsule/host';
import { projectionContract } from '@capsule/testkit';
import { projectionError } from './errors.ts';
import { FileProjection } from './file-projection.ts';

const REALM = 'main/realm.yaml';
const SPACE = 'main/default/space.yaml';

async function open(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'projection-'));
  t.after(() => rm(folder, { recursive: true }));
  const root = join(folder, 'kukeon');
  const at = (path: string) => join(root, path);
  return {
    projection: new FileProjection({ root }),
    folder,
    root,
    at,
    read: (path: string) => unlessMissing(readFile(at(path), 'utf8')),
    async edit(path: string, text: string) {
      await mkdir(dirname(at(path)), { recursive: true });
      await writeFile(at(path), text);
    },
    erase: (path: string) => unlessMissing(unlink(at(path))),
  };
}

projectionContract('files', async (t) => {
  const { erase, ...bench } = await open(t);
  return {
    ...bench,
    erase: async (path) => {
      await erase(path);
    },
  };
});

test('files and folders have their modes, whatever the umask is', async (t) => {
  const { projection, root, at } = await open(t);
  const before = process.umask(0o077);
  t.after(() => process.umask(before));
  await projection.write(SPACE, 'space\n');
  const modes = [root, at('main'), at('main/default'), at(SPACE)].map(
    async (path) => (await stat(path)).mode & 0o777,
  );
  assert.deepEqual(await Promise.all(modes), [0o750, 0o750, 0o750, 0o640]);
});

test('a path that leads elsewhere is refused', async (t) => {
  const { projection } = await open(t);
  const wrong = ['', '.', '..', '../a.yaml', '/etc/a', 'a//b', 'a/', 'a/../b', '.a', 'A', 'a/.b'];
  for (const path of [...wrong, 'a\0b', 'a\nb', 'ä']) {
    const { code } = projectionError.PATH_INVALID;
    await assert.rejects(projection.write(path, ''), { code }, path);
    await assert.rejects(projection.remove(path), { code }, path);
  }
});

test('a link is never followed: a folder is refused, a file is replaced', async (t) => {
  const { projection, folder, at, read } = await open(t);
  const outside = join(folder, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'secret'), 'secret\n');
  await projection.write(REALM, 'realm\n');
  await symlink(outside, at('main/default'));
  const { code } = projectionError.NOT_A_FOLDER;
  await assert.rejects(projection.write(SPACE, 'space\n'), { code });
  await assert.rejects(projection.remove(SPACE), { code });
  await unlink(at(REALM));
  await symlink(join(outside, 'secret'), at(REALM));
  assert.deepEqual(await projection.list(), [
    { path: 'main/default', state: 'foreign' },
    { path: REALM, state: 'edited' },
  ]);
  assert.equal(await projection.write(REALM, 'realm\n'), 'edited');
  assert.equal(await read(REALM), 'realm\n');
  assert.deepEqual(await readdir(outside), ['secret']);
  assert.equal(await readFile(join(outside, 'secret'), 'utf8'), 'secret\n');
});

test('a folder in the place of a file, and a file in that of a folder, are refused', async (t) => {
  const { projection, at } = await open(t);
  await mkdir(at(REALM), { recursive: true });
  await writeFile(at('main/default'), '');
  await assert.rejects(projection.write(REALM, ''), { code: projectionError.NOT_A_FILE.code });
  await assert.rejects(projection.remove(REALM), { code: projectionError.NOT_A_FILE.code });
  await assert.rejects(projection.write(SPACE, ''), { code: projectionError.NOT_A_FOLDER.code });
});

test('a write that was cut off is no edit', async (t) => {
  const { projection, at, read } = await open(t);
  await projection.write(REALM, 'one\n');
  await projection.write(REALM, 'two\n');
  // As a power cut before the last step leaves it.
  await rename(at(REALM), at('main/.realm.yaml.new'));
  await writeFile(at(REALM), 'one\n');
  assert.deepEqual(await projection.list(), [{ path: REALM, state: 'intact' }]);
  assert.equal(await projection.write(REALM, 'three\n'), 'intact');
  assert.equal(await read(REALM), 'three\n');
  // And one before the first step ended.
  await writeFile(at('main/.realm.yaml.new'), 'fo');
  assert.equal(await projection.write(REALM, 'four\n'), 'intact');
  assert.deepEqual(await readdir(at('main')), ['.realm.yaml.digest', 'realm.yaml']);
});

test('nothing stays of what is removed, and nothing else goes', async (t) => {
  const { projection, root, edit } = await open(t);
  await projection.write(REALM, 'realm\n');
  await projection.write(SPACE, 'space\n');
  // As a write that was cut off leaves it.
  await edit('main/default/.space.yaml.new', 'spa');
  await projection.remove(SPACE);
  assert.deepEqual(await readdir(join(root, 'main')), ['.realm.yaml.digest', 'realm.yaml']);
  await edit('main/notes.txt', 'mine\n');
  await projection.remove(REALM);
  assert.deepEqual(await readdir(root, { recursive: true }), ['main', 'main/notes.txt']);
  assert.deepEqual(await projection.list(), [{ path: 'main/notes.txt', state: 'foreign' }]);
});

test('an unchanged text is not written again', async (t) => {
  const { projection, at } = await open(t);
  await projection.write(REALM, 'realm\n');
  const { ino } = await stat(at(REALM));
  await projection.write(REALM, 'realm\n');
  assert.equal((await stat(at(REALM))).ino, ino);
  await chmod(at(REALM), 0o600);
  await projection.write(REALM, 'other\n');
  assert.equal((await stat(at(REALM))).mode & 0o777, 0o640);
});

test('many writes and removals at once leave the files of the last', async (t) => {
  const { projection } = await open(t);
  const paths = Array.from({ length: 20 }, (_, n) => `main/s${n % 4}/t${n}/stack.yaml`);
  await Promise.all(
    paths.flatMap((path) => [
      projection.write(path, 'one\n'),
      projection.remove(path),
      projection.write(path, 'two\n'),
    ]),
  );
  const listed = await projection.list();
  assert.deepEqual(new Set(listed.map(({ state }) => state)), new Set(['intact']));
  assert.equal(listed.length, paths.length);
});
