import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

const DOCS = join(import.meta.dirname, '../../docs');
const read = (page: string) => readFile(join(DOCS, page), 'utf8');

/** The six entries that a user looks for, and the page that each leads to. */
const ENTRIES: readonly (readonly [name: string, page: string])[] = [
  ['Getting started', 'tutorial/getting-started.md'],
  ['Workloads', 'guides/lifecycle.md'],
  ['CLI', 'reference/cli.md'],
  ['Architecture', 'architecture.md'],
  ['Updates', 'concepts/updates.md'],
  ['Operations', 'guides/operations.md'],
];

/** Commands that ask on a terminal. */
const ASKING =
  /^capsulectl (?:\w+ (?:delete|rm)|rm|image prune|registry logout|volume restore --discard)\b/;

test('the index has the six entries, and no part that is missing', async () => {
  const index = await read('index.md');
  const items = index.split(/^(?=- |#)/m).filter((part) => part.startsWith('- '));
  for (const [name, page] of ENTRIES) {
    const item =
      items.find((one) => one.startsWith(`- [${name}]`) || one.startsWith(`- ${name}:`)) ?? '';
    assert.ok(item.includes(`(${page})`), `no entry for ${name}`);
    assert.ok(!item.includes('**not yet**'), item);
  }
});

test('each guide links to the section on putting capsulectl on the PATH', async () => {
  const guides = (await readdir(join(DOCS, 'guides'))).map((name) => join('guides', name));
  assert.ok(guides.length > 0);
  for (const guide of guides) {
    assert.match(
      await read(guide),
      /\]\(\.\.\/reference\/cli\.md#put-capsulectl-on-the-path\)/,
      guide,
    );
  }
  const section = /^## Put capsulectl on the PATH\n(.*?)^## /ms.exec(
    await read('reference/cli.md'),
  );
  assert.match(section?.[1] ?? '', /^export PATH="\$PWD\/bin:\$PATH"$/m);
});

test('a block of commands asks no question, which would take the next pasted line as its answer', async () => {
  const guides = (await readdir(join(DOCS, 'guides'))).map((name) => join('guides', name));
  for (const page of ['../README.md', 'tutorial/getting-started.md', ...guides]) {
    const blocks = [...(await read(page)).matchAll(/^```sh\n(.*?)^```$/gms)];
    for (const line of blocks.flatMap(([, block = '']) => block.split('\n'))) {
      if (ASKING.test(line)) assert.match(line, / --(?:yes|dry-run)\b/, `${page}: ${line}`);
    }
  }
});
