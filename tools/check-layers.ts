/** `npm run layers`: packages and their folders import only what the layer table allows, and never in a circle. */
import { join } from 'node:path';
import { declaredProblems } from './layers/declared-problems.ts';
import { findCycles } from './layers/find-cycles.ts';
import { folderProblems } from './layers/folder-problems.ts';
import { FOLDERS } from './layers/folder-table.ts';
import { idleProblems } from './layers/idle-problems.ts';
import { importProblems } from './layers/import-problems.ts';
import { wallProblems } from './layers/wall-problems.ts';
import { loadWorkspace } from './layers/workspace.ts';

const workspace = await loadWorkspace(join(import.meta.dirname, '..'));
const walled = Object.entries(FOLDERS);
const problems = [
  ...workspace.files.flatMap((file) => importProblems(file, workspace)),
  ...declaredProblems(workspace),
  ...walled.flatMap(([layer, folders]) => folderProblems(layer, folders, workspace)),
  ...walled.flatMap(([layer, folders]) => idleProblems(layer, folders, workspace)),
  ...walled.flatMap(([layer, folders]) =>
    workspace.files
      .filter((file) => file.layer === layer)
      .flatMap((file) => wallProblems(file, workspace, folders)),
  ),
  ...findCycles(workspace).map((cycle) => `import cycle: ${cycle.join(' -> ')}`),
];
for (const problem of problems) process.stdout.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
