import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { bundleCompiled } from './bundle-compiled.ts';

const folder = await mkdtemp(join(tmpdir(), 'bundle-compiled-'));
after(() => rm(folder, { recursive: true }));
const flags = ['--no-opt', '--optimize-for-size'];
const output = join(folder, 'ours.cjs');

test('a program starts from the code that V8 compiled, and without it as well', async () => {
  const entry = join(folder, 'ours.ts');
  await writeFile(
    entry,
    `import { basename } from 'node:path';
const words = \`\u2026 \u00e9\`;
if (process.env['LOUD'] !== undefined) process.stdout.write('loaded ');
export function start(): void {
  process.stdout.write([words, basename(import.meta.url), basename(__dirname) !== ''].join(' '));
}`,
  );
  await bundleCompiled({ entry, output, flags });
  const names = ['ours.cjs', 'ours.cjs.program', 'ours.cjs.program.cache'];
  for (const name of names) assert.ok((await readdir(folder)).includes(name), name);
  const start = async () =>
    (await promisify(execFile)(process.execPath, [...flags, output])).stdout;
  assert.equal(await start(), '\u2026 \u00e9 ours.cjs.program true');
  const rejected = `const { readFileSync } = require('node:fs');
    const cachedData = readFileSync(${JSON.stringify(`${output}.program.cache`)});
    const source = readFileSync(${JSON.stringify(`${output}.program`)}, 'latin1');
    const { cachedDataRejected } = new (require('node:vm').Script)(source, { cachedData });
    process.stdout.write(String(cachedDataRejected));`;
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '-e', rejected]);
  assert.equal(stdout, 'false');
  await rm(`${output}.program.cache`);
  assert.equal(await start(), '\u2026 \u00e9 ours.cjs.program true');
});
