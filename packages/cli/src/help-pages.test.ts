import assert from 'node:assert/strict';
import { test } from 'node:test';
import { helpPages } from '../build/help-pages.ts';
import { CAPSULECTL } from './capsulectl/program.ts';
import { KUKE } from './kuke/program.ts';
import { runCapsulectl } from './testing/run-capsulectl.ts';

/** One in so many: each answer takes a new parser. */
const SAMPLE = 7;

test('a page is what the parser answers to its line', async () => {
  const programs = { capsulectl: CAPSULECTL, kuke: KUKE };
  const pages = helpPages();
  assert.ok(pages.length > 200, String(pages.length));
  for (const { words, text } of pages.filter((_, at) => at % SAMPLE === 0)) {
    const [name, ...line] = words;
    const program = programs[name as keyof typeof programs];
    const answer = await runCapsulectl(line, { program });
    assert.deepEqual(answer, { exitCode: 0, stdout: text, stderr: '' }, words.join(' '));
  }
});
