import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCapsulectl } from '../testing/run-capsulectl.ts';
import { CAPSULECTL } from './program.ts';

const SNAPSHOT = join(import.meta.dirname, 'help.snapshot.txt');

/** Every help page, as `UPDATE_SNAPSHOTS=1` writes it into the snapshot. */
async function allHelp(): Promise<string> {
  const paths = [
    [],
    ...CAPSULECTL.commands.filter(({ isHidden }) => !isHidden).map(({ path }) => path),
  ];
  const pages = await Promise.all(
    paths.map(async (path) => {
      const { exitCode, stdout, stderr } = await runCapsulectl([...path, '--help']);
      assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: '' });
      return `$ capsulectl ${[...path, '--help'].join(' ')}\n${stdout}`;
    }),
  );
  return pages.join('\n');
}

test('the help pages are the ones that were reviewed', async () => {
  const help = await allHelp();
  if (process.env['UPDATE_SNAPSHOTS'] === '1') {
    const { writeFile } = await import('node:fs/promises');
    await writeFile(SNAPSHOT, help);
  }
  assert.equal(help, await readFile(SNAPSHOT, 'utf8'));
});

test('help fits 80 columns', async () => {
  const tooLong = (await allHelp()).split('\n').filter((line) => line.length > 80);
  assert.deepEqual(tooLong, []);
});

test('help can be asked for in three ways', async () => {
  const flag = await runCapsulectl(['workload', 'logs', '--help']);
  assert.deepEqual(await runCapsulectl(['help', 'workload', 'logs']), flag);
  assert.deepEqual(await runCapsulectl(['workload', 'logs', '-h']), flag);
});

test('every list and every page about one thing can be read by programs', () => {
  const shows = /^(list|get|describe|snapshots|usage|stats|info|events|top|version)$/;
  const shown = CAPSULECTL.commands.filter(({ path }) => shows.test(path.at(-1) ?? ''));
  assert.ok(shown.length >= 15);
  for (const { path, flags } of shown) {
    const output = flags.find((flag) => flag.flags.startsWith('-o, --output'));
    assert.ok(
      output?.suggests?.includes('json') && output.suggests.includes('yaml'),
      path.join(' '),
    );
  }
});

test('aliases do what they stand for, and their help says so', async () => {
  for (const { path, aliases = [] } of CAPSULECTL.commands) {
    for (const alias of aliases) {
      const [asAlias, asItself] = await Promise.all(
        [alias, path].map(async (words) => (await runCapsulectl([...words, '--help'])).stdout),
      );
      const behindUsage = (help = '') => help.slice(help.indexOf('\n'));
      assert.equal(behindUsage(asAlias), behindUsage(asItself), alias.join(' '));
    }
  }
  assert.match((await runCapsulectl(['ps', '--help'])).stdout, /^Also written as `ls`, `ps`/m);
});

test('every command has a summary, an example that runs it, and a place to look further', () => {
  for (const { path, summary, examples } of CAPSULECTL.commands) {
    assert.match(summary, /^[a-z].*[^.]$/);
    const words = `capsulectl ${path.join(' ')}`;
    assert.ok(
      examples.some(({ line }) => line.includes(words)),
      words,
    );
  }
});
