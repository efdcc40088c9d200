/** `npm run style`: the rules of docs/contributing that a machine can hold us to. */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { styleProblems } from './style/style-problems.ts';

const root = join(import.meta.dirname, '..');
const SOURCES = [
  '{packages,native,native/shared}/*/src/**/*.{ts,rs}',
  '{tools,test,bench,native/test}/**/*.ts',
];
// Generated code follows its generator; the rules and their tests show what they forbid.
const EXEMPT = /\/gen\/|^tools\/style\//;

let failed = false;
for (const path of (await Array.fromAsync(glob(SOURCES, { cwd: root }))).sort()) {
  if (EXEMPT.test(path)) continue;
  const { problems, warnings } = styleProblems(path, await readFile(join(root, path), 'utf8'));
  failed ||= problems.length > 0;
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  for (const warning of warnings) process.stdout.write(`warning: long file: ${warning}\n`);
}
if (failed) process.exitCode = 1;
