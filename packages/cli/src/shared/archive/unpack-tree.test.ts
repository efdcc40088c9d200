import assert from 'node:assert/strict';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isCapsuleError } from '@capsule/core';
import { type RawEntry, rawArchive } from '@capsule/testkit/archives';
import fc from 'fast-check';
import { packTree } from './pack-tree.ts';
import { unpackTree } from './unpack-tree.ts';

async function* archiveOf(items: readonly RawEntry[]): AsyncGenerator<Uint8Array> {
  yield rawArchive(...items);
}

/** Rules of most tests here. */
const PLAIN = { keepAll: false, warn: () => undefined, lose: () => undefined };

/** A folder to unpack in, beside things that must stay as they are. */
async function withFolder<T>(use: (folder: string, outside: string) => Promise<T>): Promise<T> {
  const outside = await mkdtemp(join(tmpdir(), 'unpack-'));
  const folder = join(outside, 'target');
  await mkdir(folder);
  await writeFile(join(outside, 'precious'), 'mine');
  try {
    return await use(folder, outside);
  } finally {
    await rm(outside, { recursive: true });
  }
}

async function assertUntouched(outside: string): Promise<void> {
  assert.deepEqual((await readdir(outside)).toSorted(), ['precious', 'target']);
  assert.equal(await readFile(join(outside, 'precious'), 'utf8'), 'mine');
  assert.equal((await lstat(join(outside, 'precious'))).nlink, 1);
}

type Item = RawEntry;
const file = (name: string): Item => ({ name, data: 'planted' });
const folder = (name: string): Item => ({ name, type: '5' });
const toLink = (name: string, link: string): Item => ({ name, type: '2', link });
const hardLink = (name: string, link: string): Item => ({ name, type: '1', link });
const UPWARD = [
  '..',
  '../precious',
  'a/../../precious',
  'a/..',
  './../precious',
  'a//../../precious',
];
const OUTSIDE = ['..', '../..', '/', '/tmp', '.', '../precious', 'x/../..'];

const HOSTILE: readonly (readonly Item[])[] = [
  ...UPWARD.flatMap((name) => [
    [file(name)],
    [folder(name)],
    [toLink(name, 'x')],
    [file('a/f'), hardLink('a/l', name)],
    [hardLink(name, 'a/f')],
  ]),
  ...OUTSIDE.flatMap((target) => [
    [toLink('a/out', target), file('a/out/precious')],
    [toLink('a/out', target), folder('a/out/new')],
    [toLink('a/out', target), toLink('a/out/link', 'x')],
    [toLink('a/out', target), hardLink('a/l', 'a/out/precious')],
    [toLink('a', target), file('a/precious')],
    [toLink('a/out', target), toLink('a/two', 'out'), file('a/two/precious')],
    [toLink('a/out', `${target}/precious`), hardLink('a/l', 'a/out')],
  ]),
  ...['3', '4', '6'].map((type) => [{ name: 'a/dev', type }]),
  [file('a/f'), folder('a/f')],
  [folder('a/d'), file('a/d')],
];

test('no archive writes outside of the folder', async () => {
  for (const items of HOSTILE) {
    await withFolder(async (target, outside) => {
      try {
        await unpackTree(archiveOf(items), { folder: target, rename: 'new', ...PLAIN });
      } catch (error) {
        assert.ok(isCapsuleError(error), `${JSON.stringify(items)}: ${String(error)}`);
      }
      await assertUntouched(outside);
    });
  }
});

test('a link that stood in the folder before is not followed', async () => {
  await withFolder(async (target, outside) => {
    await symlink(outside, join(target, 'out'));
    const work = unpackTree(archiveOf([file('./out/precious')]), {
      folder: target,
      rename: '',
      ...PLAIN,
    });
    await assert.rejects(work, { code: 'COPY_IN_THE_WAY' });
    await assertUntouched(outside);
  });
});

test('a hard link to itself leaves the file as it is', async () => {
  await withFolder(async (target) => {
    const items = [file('a/f'), hardLink('a/./f', 'a/f')];
    await unpackTree(archiveOf(items), { folder: target, rename: '', ...PLAIN });
    assert.ok((await lstat(join(target, 'f'))).isFile());
  });
});

test('no sequence of entries leads out of the folder', async () => {
  const part = fc.constantFrom('a', 'b', '..', '.', '', 'precious');
  const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const type = fc.constantFrom('0', '5', '2', '1', '6');
  const item = fc.record({ name, type, link: name });
  await fc.assert(
    fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 6 }), async (items) => {
      await withFolder(async (target, outside) => {
        const usable = items.map((each) => ({ ...each, name: each.name || 'a' }));
        try {
          const where = { folder: target, rename: '', ...PLAIN };
          await unpackTree(archiveOf(usable), where);
        } catch (error) {
          assert.ok(isCapsuleError(error), String(error));
        }
        await assertUntouched(outside);
      });
    }),
    { numRuns: 150 },
  );
});

test('bytes that are no archive, or half of one, are reported as such', async () => {
  await withFolder(async (target) => {
    const whole = await Array.fromAsync(archiveOf([file('a/f')]));
    const bytes = Buffer.concat(whole);
    for (const part of [Buffer.alloc(2_000, 'x'), bytes.subarray(0, 515)]) {
      const where = { folder: target, rename: '', ...PLAIN };
      const work = unpackTree(
        (async function* () {
          yield part;
        })(),
        where,
      );
      await assert.rejects(work, { code: 'COPY_ARCHIVE_DAMAGED' });
    }
  });
});

test('a packed tree is unpacked the same, under the new name', async () => {
  await withFolder(async (target, outside) => {
    const source = join(outside, 'target/source');
    await mkdir(join(source, 'sub'), { recursive: true });
    await writeFile(join(source, 'sub/f'), 'x'.repeat(600_000));
    await symlink('sub/f', join(source, 'l'));
    await unpackTree(
      packTree(source, 'old', {
        keepsSpecials: false,
        keepsHoles: true,
        ...PLAIN,
      }),
      {
        folder: target,
        rename: 'new',
        ...PLAIN,
      },
    );
    assert.equal((await readFile(join(target, 'new/l'), 'utf8')).length, 600_000);
  });
});
