import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { CATALOGUE } from '../commands/catalogue.ts';
import { completeWords } from './complete-words.ts';
import { SHELL_SCRIPTS } from './shell-scripts.ts';

async function words(...typed: string[]): Promise<string[]> {
  const live = async (kind: string) => (kind === 'workload' ? ['web', 'worker', 'db'] : [kind]);
  return (await completeWords(CATALOGUE, typed, live)).map(({ word }) => word);
}

const verbs = (noun: string) =>
  CATALOGUE.flatMap(({ path: [first, verb], isHidden }) =>
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
  assert.deepEqual(await words('workload', 'list', '-o', 'j'), ['json']);
  assert.deepEqual(await words('workload', 'list', '--output', ''), [
    'table',
    'wide',
    'json',
    'yaml',
    'name',
  ]);
});

test('where a file is wanted the shell completes itself', async () => {
  assert.deepEqual(await words('apply', '-f', ''), []);
  assert.deepEqual(await words('image', 'push', ''), []);
});

test('bash asks the program and offers its words', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'capsulectl-bash-'));
  try {
    const program = join(folder, 'capsulectl');
    await writeFile(program, '#!/bin/sh\nprintf "%s\\tabout\\n" "$*" second\n');
    await chmod(program, 0o755);
    const script = `${SHELL_SCRIPTS.bash}
COMP_WORDS=(capsulectl workload get we); COMP_CWORD=3
_capsulectl
printf '[%s]' "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['-c', script], {
      env: { PATH: `${folder}:${process.env['PATH']}` },
    });
    assert.equal(stdout, '[__complete -- workload get we][second]');
  } finally {
    await rm(folder, { recursive: true });
  }
});
