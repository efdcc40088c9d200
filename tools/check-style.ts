/** `npm run style`: the rules of docs/contributing that a machine can hold us to. */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTables, readWriters, writerProblems } from './style/record-writers.ts';
import { styleProblems } from './style/style-problems.ts';

const root = join(import.meta.dirname, '..');
const SOURCES = [
  '{packages,native,native/shared}/*/src/**/*.{ts,rs}',
  '{tools,test,bench,native/test}/**/*.ts',
];
// Generated code follows its generator; the rules and their tests show what they forbid.
const EXEMPT = /\/gen\/|^tools\/style\//;

/** The schema of the store, which moves rows of every table. */
const MIGRATIONS = 'packages/daemon/src/store/migrations.ts';

let failed = false;
for (const path of (await Array.fromAsync(glob(SOURCES, { cwd: root }))).sort()) {
  if (EXEMPT.test(path)) continue;
  const { problems, warnings } = styleProblems(path, await readFile(join(root, path), 'utf8'));
  failed ||= problems.length > 0;
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  for (const warning of warnings) process.stdout.write(`warning: long file: ${warning}\n`);
}
for (const problem of await recordProblems()) {
  failed = true;
  process.stdout.write(`${problem}\n`);
}
if (failed) process.exitCode = 1;

/** Each table of the store has one writer, which docs/architecture.md names. */
async function recordProblems(): Promise<string[]> {
  const read = (path: string) => readFile(join(root, path), 'utf8');
  const sources = new Map<string, string>();
  for await (const path of glob('packages/daemon/src/**/*.ts', { cwd: root })) {
    if (!path.endsWith('.test.ts') && path !== MIGRATIONS) sources.set(path, await read(path));
  }
  const tables = readTables(await read(MIGRATIONS));
  return writerProblems(sources, tables, readWriters(await read('docs/architecture.md')));
}
