import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { renderPages } from './pages.ts';

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'capsulectl-pages-'));
after(() => rm(folder, { recursive: true }));
const file = join(folder, 'pages');

test('a line has a page in each form of asking for help, and no other line has one', async () => {
  await writeFile(
    file,
    renderPages([
      { words: ['ctl', '--help'], text: 'ALL\n' },
      { words: ['ctl', 'a', 'b', '--help'], text: 'ONE\n' },
      { words: ['ctl', '-v'], text: '1\n' },
    ]),
  );
  const code = `import(${JSON.stringify(join(import.meta.dirname, 'pages.ts'))}).then(({ printPage }) => {
    for (const line of JSON.parse(process.argv[1])) {
      if (!printPage(${JSON.stringify(file)}, line, process)) process.stdout.write('NONE\\n');
    }
  });`;
  const printed = async (...lines: string[][]) =>
    (await run(process.execPath, ['-e', code, JSON.stringify(lines)])).stdout
      .split('\n')
      .slice(0, -1);
  const right = [
    ['ctl'],
    ['ctl', '-h'],
    ['ctl', 'help'],
    ['ctl', 'a', 'b', '-h'],
    ['ctl', 'help', 'a', 'b'],
  ];
  assert.deepEqual(await printed(...right, ['ctl', '-v']), [
    'ALL',
    'ALL',
    'ALL',
    'ONE',
    'ONE',
    '1',
  ]);
  const wrong = [
    ['ctl', 'a b', '-h'],
    ['ctl', 'a'],
    ['ctl', 'x', '-h'],
    ['ctl', '-h', 'a'],
    ['ctl', 'a', '-v'],
    [''],
  ];
  assert.deepEqual(
    await printed(...wrong),
    wrong.map(() => 'NONE'),
  );
});
