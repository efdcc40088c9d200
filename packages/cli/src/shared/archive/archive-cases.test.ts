import assert from 'node:assert/strict';
import { createReadStream, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  ARCHIVE_CASES,
  type ArchiveCase,
  describeTree,
  expectedTree,
  makeTree,
  packWithTar,
  readTree,
  unpackWithTar,
} from '@capsule/testkit/archives';
import { packTree } from './pack-tree.ts';
import { unpackTree } from './unpack-tree.ts';

const isRoot = process.getuid?.() === 0;
const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
/** Node sets times as numbers of seconds, which are exact to the microsecond. */
const MICRO = { timeStepNs: 1_000n };
const SECOND = { timeStepNs: 1_000_000_000n };
const EXACT = { timeStepNs: 1n };
const KEPT = { makesSpecials: true, modeMask: 0o7777 };
const PLAIN = { makesSpecials: false, modeMask: 0o777, owner: own };

interface Place {
  readonly tree: string;
  readonly folder: (name: string) => string;
}

async function withCase<T>({ entries }: ArchiveCase, use: (place: Place) => Promise<T>) {
  const root = mkdtempSync(join(tmpdir(), 'archive-'));
  const folder = (name: string) => {
    mkdirSync(join(root, name));
    return join(root, name);
  };
  try {
    const tree = folder('tree');
    await makeTree(tree, entries);
    await use({ tree, folder });
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function packed(tree: string, keepsSpecials: boolean, archive: string): Promise<string[]> {
  const warnings: string[] = [];
  const warn = (text: string) => warnings.push(text);
  const pieces = packTree(tree, '.', { keepsSpecials, keepsHoles: true, warn, lose: warn });
  const copies = await Array.fromAsync(pieces, (piece) => Buffer.from(piece));
  writeFileSync(archive, Buffer.concat(copies));
  return warnings;
}

async function unpacked(archive: string, folder: string, keepAll: boolean): Promise<string[]> {
  const warnings: string[] = [];
  const warn = (text: string) => warnings.push(text);
  await unpackTree(createReadStream(archive), { folder, rename: '', keepAll, warn });
  return warnings;
}

for (const each of ARCHIVE_CASES) {
  const { name, formats, entries, needsRoot } = each;
  const skip = needsRoot && !isRoot ? 'needs root' : false;
  const kept = expectedTree(entries, isRoot ? KEPT : { ...KEPT, owner: own });
  const plain = expectedTree(entries, PLAIN);

  test(`unpacks ${name} from every format of GNU tar`, { skip }, async () => {
    await withCase(each, async ({ tree, folder }) => {
      for (const format of formats) {
        const [all, some] = [folder(`${format}-all`), folder(`${format}-some`)];
        const archive = `${all}.tar`;
        packWithTar(tree, archive, format);
        const exactness = format.startsWith('posix') ? MICRO : SECOND;
        assert.deepEqual(await unpacked(archive, all, true), []);
        assert.deepEqual(readTree(all, exactness), describeTree(kept.made, exactness), format);
        const warnings = await unpacked(archive, some, false);
        assert.equal(warnings.length, plain.skipped.length, String(warnings));
        assert.deepEqual(readTree(some, exactness), describeTree(plain.made, exactness), format);
        assertHoles(all, each);
      }
    });
  });

  // Holes are found by reading: 9 GiB of them are too much for a quick test.
  const isHuge = entries.some(({ sizeBytes }) => sizeBytes > 1024 ** 3);
  test(`packs ${name} as GNU tar reads it`, { skip: isHuge || skip }, async () => {
    await withCase(each, async ({ tree, folder }) => {
      const [all, some] = [folder('all'), folder('some')];
      assert.deepEqual(await packed(tree, true, `${all}.tar`), []);
      unpackWithTar(`${all}.tar`, all);
      assert.deepEqual(readTree(all, EXACT), describeTree(kept.made, EXACT));
      assertHoles(all, each);
      const warnings = await packed(tree, false, `${some}.tar`);
      assert.equal(warnings.length, plain.skipped.length, String(warnings));
      await unpacked(`${some}.tar`, some, false);
      assert.deepEqual(readTree(some, MICRO), describeTree(plain.made, MICRO));
    });
  });
}

/** A file with holes in the case has them in the folder. */
function assertHoles(folder: string, { entries }: ArchiveCase): void {
  for (const { name, type, sizeBytes, data } of entries) {
    const dataBytes = data.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (type !== 'file' || sizeBytes - dataBytes < 1024 * 1024) continue;
    const { size, blocks } = statSync(join(folder, Buffer.from(name).toString()));
    assert.ok(blocks * 512 < size / 2, `${name} has ${blocks} blocks`);
  }
}
