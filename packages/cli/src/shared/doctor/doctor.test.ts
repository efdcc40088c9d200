import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkToProto } from '@capsule/api/wire';
import { action, type Check, remedy } from '@capsule/core';
import { CAPSULECTL } from '../../capsulectl/program.ts';
import { KUKE } from '../../kuke/program.ts';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { type RunOptions, runCapsulectl } from '../../testing/run-capsulectl.ts';

const CHECKS: readonly Check[] = [
  { section: 'capsule', name: 'capsuled', level: 'ok', detail: 'version 0.1.0, up for 60 s' },
  {
    section: 'cgroups',
    name: 'delegation',
    level: 'fail',
    detail: 'not delegated: /kukeon (io)',
    remedy: remedy`read ${action('explain', { code: 'IP_FAILED' })}`,
  },
  { section: 'leftovers', name: 'bridges', level: 'ok', detail: 'none' },
  {
    section: 'leftovers',
    name: 'logs',
    level: 'warn',
    detail: 'without an owner: gone',
    remedy: remedy`remove the folder`,
  },
];

async function ask(words: string[], checks = CHECKS, options: RunOptions = {}) {
  const asked: string[][] = [];
  await using capsule = await startFakeCapsule({
    capsule: {
      diagnose({ sections }) {
        asked.push(sections);
        return { checks: checks.map(checkToProto) };
      },
    },
  });
  const result = await runCapsulectl(words, { target: capsule.target, program: KUKE, ...options });
  return { ...result, asked };
}

test('doctor shows each check in its section, a hint where one is needed, and fails for a FAIL', async () => {
  const { stdout, exitCode } = await ask(['doctor']);
  assert.equal(
    stdout,
    [
      'capsule',
      '  OK    capsuled    version 0.1.0, up for 60 s',
      '',
      'cgroups',
      '  FAIL  delegation  not delegated: /kukeon (io)',
      '                    hint: read `kuke explain IP_FAILED`',
      '',
      'leftovers',
      '  OK    bridges     none',
      '  WARN  logs        without an owner: gone',
      '                    hint: remove the folder',
      '',
      '4 checks: 2 OK, 1 WARN, 1 FAIL',
      '',
    ].join('\n'),
  );
  assert.equal(exitCode, 1);
});

test('doctor ends well with warnings', async () => {
  const { exitCode } = await ask(
    ['doctor'],
    CHECKS.filter(({ level }) => level !== 'fail'),
  );
  assert.equal(exitCode, 0);
});

test('doctor fits into a narrow terminal', async () => {
  const { stdout } = await ask(['doctor'], CHECKS, { isTerminal: true, columns: 44 });
  assert.ok(stdout.split('\n').every((line) => line.length <= 44));
});

test('doctor asks for the named sections, and refuses others before it asks', async () => {
  assert.deepEqual((await ask(['doctor', 'cgroups', 'disk'])).asked, [['cgroups', 'disk']]);
  const { stderr, exitCode, asked } = await ask(['doctor', 'cgroup']);
  assert.match(stderr, /"cgroup" is not a section/);
  assert.match(stderr, /use capsule, containerd, cgroups/);
  assert.deepEqual([exitCode, asked], [2, []]);
});

test('doctor prints JSON for programs, with hints in the words of the program', async () => {
  const { stdout, exitCode } = await ask(['doctor', '--json']);
  const [, delegation] = JSON.parse(stdout);
  assert.deepEqual(delegation, {
    section: 'cgroups',
    name: 'delegation',
    level: 'fail',
    detail: 'not delegated: /kukeon (io)',
    hint: 'read `kuke explain IP_FAILED`',
  });
  assert.equal(exitCode, 1);
  assert.equal((await ask(['doctor', '-o', 'json'])).stdout, stdout);
  assert.equal((await ask(['doctor', '--json', '-o', 'yaml'])).exitCode, 2);
});

test('status has a line for each section with its worst state and the reasons', async () => {
  const { stdout, exitCode } = await ask(['status']);
  assert.equal(
    stdout,
    [
      'SECTION    STATE  DETAIL',
      'capsule    OK     version 0.1.0, up for 60 s',
      'cgroups    FAIL   delegation: not delegated: /kukeon (io)',
      'leftovers  WARN   logs: without an owner: gone',
      '',
    ].join('\n'),
  );
  assert.equal(exitCode, 0);
});

test('both programs have the two commands', async () => {
  const { stdout } = await ask(['status']);
  for (const words of [['status'], ['capsule', 'status']]) {
    assert.equal((await ask(words, CHECKS, { program: CAPSULECTL })).stdout, stdout);
  }
  const { stdout: named } = await ask(['status', '-o', 'name']);
  assert.equal(named, 'capsule\ncgroups\nleftovers\n');
});

test('a shell completes the sections', async () => {
  const { stdout } = await ask(['__complete', '--', 'doctor', 'c']);
  assert.deepEqual(stdout.match(/^\w+/gm), ['capsule', 'containerd', 'cgroups']);
});
