import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkProblems } from './page-links.ts';

const PAGES = new Map([
  [
    'docs/index.md',
    '# Index\n[a](guides/a.md) [home](../README.md) [web](https://example.org/x)\n',
  ],
  ['docs/guides/a.md', '# A guide\n## When it’s `full`\n[there](#when-its-full)\n'],
  ['README.md', '[a](docs/guides/a.md#a-guide)\n'],
]);

const problemsOf = (pages: ReadonlyMap<string, string>) =>
  linkProblems(pages, (path) => pages.has(path));

test('links to pages, to headings and to other sites are accepted', () => {
  assert.deepEqual(problemsOf(PAGES), []);
});

test('a link to a file or a heading that does not exist is refused, by line', () => {
  const pages = new Map(PAGES).set('README.md', 'text\n[a](docs/b.md) [b](docs/guides/a.md#c)\n');
  assert.deepEqual(problemsOf(pages), [
    'README.md:2: the link to docs/b.md leads nowhere',
    'README.md:2: the link to docs/guides/a.md#c leads nowhere',
  ]);
});

test('links in code are not followed', () => {
  const pages = new Map(PAGES).set('README.md', '```sh\n[a](docs/b.md)\n```\n`[a](docs/c.md)`\n');
  assert.deepEqual(problemsOf(pages), []);
});

test('a page that the index does not list is refused', () => {
  const pages = new Map(PAGES).set('docs/guides/b.md', '# B\n');
  assert.deepEqual(problemsOf(pages), ['docs/index.md: docs/guides/b.md is not listed']);
});
