/** `npm run style`: the rules of docs/contributing that a machine can hold us to. */
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nameProblems } from './style/name-problems.ts';
import { pathProblems, readPath } from './style/newcomer-path.ts';
import { linkProblems } from './style/page-links.ts';
import { readTables, readWriters, writerProblems } from './style/record-writers.ts';
import { foldersIn, mapProblems, PAGE, readMap } from './style/source-map.ts';
import { styleProblems } from './style/style-problems.ts';
import { wordProblems } from './style/word-problems.ts';
import { isHeld } from './style/word-rules.ts';

const root = join(import.meta.dirname, '..');
const SOURCES = [
  '{packages,native,native/shared}/*/src/**/*.{ts,rs}',
  '{tools,test,bench,native/test}/**/*.ts',
];
const TEXTS = [
  '*.md',
  '{docs,examples}/**/*.{md,yaml}',
  '{bench,tools,test,native/*}/**/*.{md,ts,mjs,rs,sh}',
  'proto/capsule/**/*.proto',
  'packages/*/{src/**/*.ts,*.md}',
];
// Generated code follows its generator; the rules and their tests show what they forbid.
const EXEMPT = /\/gen\/|^tools\/style\//;

/** The schema of the store, which moves rows of every table. */
const MIGRATIONS = 'packages/daemon/src/store/migrations.ts';

/** Folders whose folders are each about one thing, and so have a line in the page of where things are. */
const OF_THINGS = [
  'packages/cli/src/shared/',
  'packages/core/src/plan/',
  'packages/daemon/src/',
  'packages/drivers/src/containerd/',
  'packages/drivers/src/microvm/',
  'packages/drivers/src/',
  'packages/names/src/',
  'native/shared/',
  'native/',
];
const NAMED = ['packages/*/src/**/*.*', '{native,native/shared}/*/src/**/*', 'proto/**/*.proto'];
const ASIDE = /\/testing\/$/;

let failed = false;
for (const path of (await Array.fromAsync(glob(SOURCES, { cwd: root }))).sort()) {
  if (EXEMPT.test(path)) continue;
  const source = await readFile(join(root, path), 'utf8');
  const { problems: found, warnings } = styleProblems(path, source);
  const problems = path.endsWith('.ts') ? [...found, ...nameProblems(path, source)] : found;
  failed ||= problems.length > 0;
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  for (const warning of warnings) process.stdout.write(`warning: long file: ${warning}\n`);
}
const others = [
  await recordProblems(),
  await newcomerProblems(),
  await whereProblems(),
  await pageProblems(),
  await textProblems(),
].flat();
for (const problem of others) {
  failed = true;
  process.stdout.write(`${problem}\n`);
}
if (failed) process.exitCode = 1;

/** Each table of the store has one writer, which docs/concepts/records.md names. */
async function recordProblems(): Promise<string[]> {
  const read = (path: string) => readFile(join(root, path), 'utf8');
  const sources = new Map<string, string>();
  for await (const path of glob('packages/daemon/src/**/*.ts', { cwd: root })) {
    if (!path.endsWith('.test.ts') && path !== MIGRATIONS) sources.set(path, await read(path));
  }
  const tables = readTables(await read(MIGRATIONS));
  return writerProblems(sources, tables, readWriters(await read('docs/concepts/records.md')));
}

/** The path of one noun from the API to the disk stays short enough to be read at once. */
async function newcomerProblems(): Promise<string[]> {
  const page = await readFile(join(root, 'docs/contributing/getting-started.md'), 'utf8');
  return pathProblems(readPath(page), (path) => readIfThere(join(root, path)));
}

/** Every link of a page leads somewhere, and the index lists every page. */
async function pageProblems(): Promise<string[]> {
  const pages = new Map<string, string>();
  for await (const path of glob(['*.md', 'docs/**/*.md'], { cwd: root })) {
    pages.set(path, await readFile(join(root, path), 'utf8'));
  }
  return linkProblems(pages, (path) => existsSync(join(root, path)));
}

/** The words of pages, comments, messages and titles of tests. */
async function textProblems(): Promise<string[]> {
  const problems: string[] = [];
  for (const path of (await Array.fromAsync(glob(TEXTS, { cwd: root }))).sort()) {
    if (isHeld(path))
      problems.push(...wordProblems(path, await readFile(join(root, path), 'utf8')));
  }
  return problems;
}

/** Each folder of a feature is on the page that names places. */
async function whereProblems(): Promise<string[]> {
  const files = await Array.fromAsync(glob(NAMED, { cwd: root }));
  const folders = foldersIn(OF_THINGS, files).filter((folder) => !ASIDE.test(folder));
  return mapProblems(readMap(await readFile(join(root, PAGE), 'utf8')), files, folders);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
}
