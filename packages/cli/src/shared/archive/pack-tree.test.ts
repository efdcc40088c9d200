import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { TarReader } from '../tar/tar-reader.ts';
import { packTree } from './pack-tree.ts';

const LARGE = 1024 * 1024;

/** Packs a folder, does something after its first bytes, and answers what is in the archive. */
async function packWhile(folder: string, change: () => void) {
  const warnings: string[] = [];
  const lost: string[] = [];
  const names: string[] = [];
  const ignore = () => undefined;
  const begin = ({ name }: { name: Buffer }) => names.push(name.toString());
  const reader = new TarReader({ begin, data: ignore, end: ignore, skip: ignore });
  const rules = { keepsSpecials: false, keepsHoles: true };
  const warn = (text: string) => warnings.push(text);
  const lose = (text: string) => lost.push(text);
  let isChanged = false;
  for await (const chunk of packTree(folder, 'd', { ...rules, warn, lose })) {
    reader.push(chunk);
    if (!isChanged) change();
    isChanged = true;
  }
  reader.finish();
  return { names, warnings, lost };
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pack-'));
  try {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), Buffer.alloc(LARGE, 1));
    mkdirSync(join(folder, 'sub'));
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a file that vanishes during the copy is left out with a warning', async () => {
  await withFolder(async (folder) => {
    const seen = await packWhile(folder, () => {
      unlinkSync(join(folder, 'b'));
      rmSync(join(folder, 'sub'), { recursive: true });
    });
    assert.deepEqual(seen.names, ['d/', 'd/a', 'd/c']);
    const vanished = ['b', 'sub'].map(
      (name) => `${join(folder, name)} disappeared during the copy and was left out`,
    );
    assert.deepEqual(seen.warnings, vanished);
  });
});

test('a file that becomes shorter or longer while it is read leaves the archive whole', async () => {
  await withFolder(async (folder) => {
    const path = join(folder, 'a');
    const names = ['d'];
    const archive = packTree(path, 'd', {
      keepsSpecials: false,
      keepsHoles: false,
      warn: assert.fail,
      lose: (text) => names.push(text),
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of archive) {
      chunks.push(chunk);
      truncateSync(path, 10);
    }
    const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    assert.equal(total % 512, 0);
    assert.match(
      names[1] ?? '',
      /a became \d+ bytes shorter during the copy; the copy has zeros instead$/,
    );
  });
});

test('a first path that is not there is an error', async () => {
  const rules = { keepsSpecials: false, keepsHoles: true, warn: assert.fail, lose: assert.fail };
  const work = Array.fromAsync(packTree('/nonexistent', 'd', rules));
  await assert.rejects(work, { code: 'CLI_FILE_MISSING' });
});
