import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FOLDERS } from './folder-table.ts';
import type { Folders } from './folders.ts';
import { wallProblems } from './wall-problems.ts';
import type { SourceFile } from './workspace.ts';

for (const [layer, folders] of Object.entries(FOLDERS)) {
  test(`${layer}: each folder may import what its row names, and no other`, () => {
    for (const folder of Object.keys(folders)) {
      const others = Object.keys(folders).filter((other) => other !== folder);
      const refused = others.filter((other) => isRefused(layer, folders, folder, other));
      const uses = folders[folder]?.uses ?? [];
      assert.deepEqual(
        refused,
        others.filter((other) => !uses.includes(other)),
        folder,
      );
    }
  });

  test(`${layer}: a folder without a row is refused`, () => {
    const file = importing(layer, 'nowhere/a.ts', 'nowhere/b.ts');
    assert.deepEqual(wallProblems(file, WORKSPACE, folders), [
      `packages/${layer}/src/nowhere/a.ts: ${layer} has no row for the folder nowhere`,
    ]);
  });
}

const WORKSPACE = {
  files: [],
  declared: new Map(),
  exported: new Map(),
  atRoot: new Set<string>(),
};

function isRefused(layer: string, folders: Folders, from: string, to: string): boolean {
  const file = importing(layer, inside(from), inside(to));
  return wallProblems(file, WORKSPACE, folders).length > 0;
}

/** Some file of the row, which may be a file itself. */
function inside(row: string): string {
  return row.endsWith('.ts') ? row : `${row}/some.ts`;
}

function importing(layer: string, from: string, to: string): SourceFile {
  const home = `packages/${layer}`;
  const up = '../'.repeat(from.split('/').length - 1) || './';
  const imports = [{ specifier: `${up}${to}`, line: 1, when: 'start' as const }];
  return { path: `${home}/src/${from}`, home, layer, isTest: false, imports };
}
