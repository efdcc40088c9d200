import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  ARCHIVE_CASES,
  describeTree,
  expectedTree,
  makeTree,
  packWithTar,
  readTree,
  unpackWithTar,
} from './index.ts';

const isRoot = process.getuid?.() === 0;
const KEPT = { makesSpecials: true, modeMask: 0o7777 };
const WHOLE_SECONDS = { timeStepNs: 1_000_000_000n };
const EXACT = { timeStepNs: 1n };

for (const { name, formats, entries, needsRoot } of ARCHIVE_CASES) {
  const skip = needsRoot && !isRoot ? 'needs root' : false;
  test(`GNU tar keeps ${name}, so the test may require it`, { skip }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cases-'));
    try {
      const tree = join(folder, 'tree');
      mkdirSync(tree);
      await makeTree(tree, entries);
      const { made } = expectedTree(entries, isRoot ? KEPT : { ...KEPT, owner: ownIds() });
      assert.deepEqual(readTree(tree, EXACT), describeTree(made, EXACT));
      for (const format of formats) {
        const [archive, out] = [join(folder, `${format}.tar`), join(folder, format)];
        packWithTar(tree, archive, format);
        mkdirSync(out);
        unpackWithTar(archive, out);
        const exactness = format.startsWith('posix') ? EXACT : WHOLE_SECONDS;
        assert.deepEqual(readTree(out, exactness), describeTree(made, exactness), format);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

function ownIds() {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}
