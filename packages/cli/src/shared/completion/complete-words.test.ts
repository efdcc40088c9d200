import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { CAPSULECTL } from '../../capsulectl/program.ts';
import { completeWords } from './complete-words.ts';
import { shellScript } from './shell-scripts.ts';

async function words(...typed: string[]): Promise<string[]> {
  const live = async (kind: string) => (kind === 'workload' ? ['web', 'worker', 'db'] : [kind]);
  return (await completeWords(CAPSULECTL, typed, live)).map(({ word }) => word);
}

const verbs = (noun: string) =>
  CAPSULECTL.commands.flatMap(({ path: [first, verb], isHidden }) =>
    first === noun && verb !== undefined && isHidden !== true ? [verb] : [],
  );

test('nouns and verbs are completed, hidden commands are not', async () => {
  assert.deepEqual(await words('w'), ['workload']);
  assert.deepEqual(await words('workload', ''), verbs('workload'));
  assert.deepEqual(await words('--debug', 'image', 'pus'), ['push']);
  assert.deepEqual(await words('_'), []);
});

test('names of workloads come from the capsule, each once', async () => {
  assert.deepEqual(await words('workload', 'logs', 'w'), ['web', 'worker']);
  assert.deepEqual(await words('workload', 'delete', 'web', ''), ['worker', 'db']);
  assert.deepEqual(await words('workload', 'logs', 'web', ''), []);
  assert.deepEqual(await words('workload', 'logs', '-n', '5', 'd'), ['db']);
});

test('flags and their choices are completed', async () => {
  assert.deepEqual(await words('workload', 'logs', '--t'), ['--tail', '--timestamps']);
  assert.deepEqual(await words('workload', 'list', '-o', 'j'), ['json', 'jsonpath=']);
  assert.deepEqual(await words('workload', 'list', '--output', ''), [
    'table',
    'wide',
    'json',
    'yaml',
    'name',
    'jsonpath=',
  ]);
});

test('the choices of a flag are completed behind its = as well', async () => {
  assert.deepEqual(await words('workload', 'list', '--output=j'), [
    '--output=json',
    '--output=jsonpath=',
  ]);
  assert.deepEqual(await words('workload', 'list', '--selector='), []);
});

test('where a file is wanted the shell completes itself', async () => {
  assert.deepEqual(await words('apply', '-f', ''), []);
  assert.deepEqual(await words('image', 'push', ''), []);
});

/** What is typed, and the words that the program is run with after a TAB. */
const TYPED: readonly (readonly [string, string])[] = [
  ['capsulectl workload get we', '[workload][get][web]'],
  ['capsulectl volume get notes@be', '[volume][get][notes@before]'],
  ['capsulectl volume get notes@', '[volume][get][notes@before]'],
  ['capsulectl cp web:/et', '[cp][web:/etc]'],
  ['capsulectl cp web:', '[cp][web:/etc]'],
  ['capsulectl workload wait web --for=ex', '[workload][wait][web][--for=exit]'],
  ['capsulectl workload wait web --for=', '[workload][wait][web][--for=exit]'],
  ['capsulectl  image get registry.home:5000/team/ap', '[image][get][registry.home:5000/team/app]'],
  ['VALUE=a:b capsulectl workload get we', '[workload][get][web]'],
];

/** Offers the one word that begins with what is typed, and prints the words of every other call. */
const PROGRAM = `#!/bin/bash
if [ "$1" != __complete ]; then printf 'ran '; printf '[%s]' "$@"; echo; exit; fi
for word in web notes@before web:/etc --for=exit registry.home:5000/team/app; do
  [[ -n "\${!#}" && "$word" == "\${!#}"* ]] && printf '%s\\tabout\\n' "$word"
done
`;

test('bash completes words with @, : and = in them', { timeout: 30_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'capsulectl-bash-'));
  try {
    await writeFile(join(folder, 'capsulectl'), PROGRAM, { mode: 0o755 });
    await writeFile(join(folder, 'completion'), shellScript('bash', 'capsulectl'));
    const bash = promisify(execFile)('script', ['-qec', 'bash --norc -i', '/dev/null'], {
      cwd: folder,
      env: { PATH: `${folder}:${process.env['PATH']}`, TERM: 'dumb', SHELL: '/bin/bash' },
    });
    const typed = TYPED.map(([line]) => `${line}\t\n`);
    bash.child.stdin?.write(['source ./completion\n', ...typed, 'exit\n'].join(''));
    const { stdout } = await bash;
    const ran = [...stdout.matchAll(/^ran (\S+)\r?$/gm)].map(([, words]) => words);
    assert.deepEqual(
      ran,
      TYPED.map(([, words]) => words),
      stdout,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
