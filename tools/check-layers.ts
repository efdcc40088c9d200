/** `npm run layers`: packages import only what the layer table allows, and never in a circle. */
import { join } from 'node:path';
import { findCycles } from './layers/find-cycles.ts';
import { importProblems } from './layers/import-problems.ts';
import { loadWorkspace } from './layers/workspace.ts';

const workspace = await loadWorkspace(join(import.meta.dirname, '..'));
const problems = [
  ...workspace.files.flatMap((file) => importProblems(file, workspace)),
  ...findCycles(workspace.files).map((cycle) => `import cycle: ${cycle.join(' -> ')}`),
];
for (const problem of problems) process.stdout.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
