import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAPSULECTL } from '../../capsulectl/program.ts';
import { completeWords } from './complete-words.ts';

const live = async (kind: string) => (kind === 'workload' ? ['web', 'worker', 'db'] : [kind]);

/** `FILE` stands for the files of this machine. */
async function words(...typed: string[]): Promise<string[]> {
  const { candidates, isFile } = await completeWords(CAPSULECTL, typed, live);
  return [...candidates.map(({ word }) => word), ...(isFile ? ['FILE'] : [])];
}

const verbs = (noun: string) =>
  CAPSULECTL.commands.flatMap(({ path: [first, verb], isHidden }) =>
    first === noun && verb !== undefined && isHidden !== true ? [verb] : [],
  );

test('nouns and verbs are completed, hidden commands are not', async () => {
  assert.deepEqual(await words('wo'), ['workload']);
  assert.deepEqual(await words('workload', ''), verbs('workload'));
  assert.deepEqual(await words('--debug', 'image', 'pus'), ['push']);
  assert.deepEqual(await words('_'), []);
});

test('names of workloads come from the capsule, each once', async () => {
  assert.deepEqual(await words('workload', 'logs', 'w'), ['web', 'worker']);
  assert.deepEqual(await words('workload', 'delete', 'web', ''), ['worker', 'db']);
  assert.deepEqual(await words('workload', 'logs', 'web', ''), ['worker', 'db']);
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

test('files are offered where one may stand, and nowhere else', async () => {
  const onlyFiles = [
    'apply -f',
    'diff -f',
    'image push',
    'image save web -o',
    'volume export x -o',
  ];
  for (const line of onlyFiles)
    assert.deepEqual(await words(...line.split(' '), ''), ['FILE'], line);
  assert.deepEqual(await words('apply', '--file='), ['FILE']);
  assert.deepEqual(await words('cp', ''), ['web:', 'worker:', 'db:', 'FILE']);
  assert.deepEqual(await words('cp', 'we'), ['web:', 'FILE']);
  assert.deepEqual(await words('cp', './x', 'web:/e'), []);
  assert.deepEqual(await words('cp', 'site/in'), ['FILE']);
  for (const line of ['workload exec web', 'workload exec web -- ls', 'nonsense']) {
    assert.deepEqual(await words(...line.split(' '), ''), [], line);
  }
});

test('names of every sort come from the capsule, also behind an alias and in a flag', async () => {
  assert.deepEqual(await words('rm', 'w'), ['web', 'worker']);
  assert.deepEqual(await words('workload', 'rm', 'web', 'w'), ['worker']);
  assert.deepEqual(await words('image', 'rm', ''), ['image']);
  assert.deepEqual(await words('registry', 'logout', ''), ['registry']);
  assert.deepEqual(await words('volume', 'restore', ''), ['snapshot']);
  assert.deepEqual(await words('--capsule', ''), ['capsule']);
  assert.deepEqual(await words('workload', 'exec', '-e', 'A=b', 'd'), ['db']);
});

test('completion describes each noun, and offers no aliases', async () => {
  const { candidates } = await completeWords(CAPSULECTL, [''], live);
  assert.ok(candidates.every(({ about }) => about !== ''));
  assert.ok(!candidates.some(({ word }) => ['ls', 'ps', 'rm'].includes(word)));
});
