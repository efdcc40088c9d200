import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@capsule/host';
import type { Lab } from '@capsule/testkit';

interface Block {
  readonly language: string;
  readonly text: string;
}

/**
 * Runs the steps of a page in `folder`. It writes a `yaml` block to the file in its first line, and runs a
 * `sh` block. A `text` block after it contains the expected output; `…` matches any text in one line.
 */
export async function runGuide(lab: Lab, page: string, folder: string): Promise<void> {
  const blocks = blocksOf(await readFile(page, 'utf8'));
  for (const [index, { language, text }] of blocks.entries()) {
    if (language === 'yaml') await writeFile(join(folder, fileOf(text)), text);
    if (language !== 'sh') continue;
    const { stdout } = await run('sh', ['-eu', '-c', text], { env: lab.env, cwd: folder });
    const next = blocks[index + 1];
    if (next?.language === 'text') assert.match(stdout, patternOf(next.text), text);
  }
}

function fileOf(yaml: string): string {
  const [, file] = /^# (\S+)\n/.exec(yaml) ?? [];
  assert.ok(file !== undefined, `no file is named by the first line of\n${yaml}`);
  return file;
}

function patternOf(text: string): RegExp {
  const literal = (part: string) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`^${text.split('…').map(literal).join('.*')}$`);
}

function blocksOf(page: string): readonly Block[] {
  const found = page.matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return [...found].map(([, language = '', text = '']) => ({ language, text }));
}
