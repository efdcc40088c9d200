import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Level } from '@capsule/api/wire';
import { ACTIONS, type ActionName, action, remedy } from '@capsule/core';
import { normaliseArguments } from '../program/normalise-arguments.ts';
import { renderRemedy } from '../program/render-remedy.ts';
import { startFakeCapsule } from '../testing/fake-capsule.ts';
import { runCapsulectl } from '../testing/run-capsulectl.ts';
import { sampleCell, sampleContainer, wireCell, wireContainer } from '../testing/sample-node.ts';
import { KUKE } from './program.ts';

async function kuke(...words: string[]): Promise<string> {
  const { stdout, stderr } = await runCapsulectl(words, { program: KUKE });
  return stdout + stderr;
}

test('it shows its version without a capsule', async () => {
  assert.match(await kuke('version', '--client'), /^kuke: +\d/);
  assert.match(await kuke('version'), /^capsule: +no answer$/m);
  assert.match(await kuke('--version'), /^kuke \d/);
});

test('a hint about a workload names its own command for the cell that the workload is', () => {
  const names = Object.keys(ACTIONS).filter((name) => /^(workload\.|cp$)/.test(name));
  for (const name of names) {
    const text = renderRemedy(remedy`${action(name as ActionName, { name: 'web' })}`, KUKE);
    assert.match(text, /^`kuke \w+ cell\b.*`$/, name);
  }
});

test('its completion is its own, under both names of the command', async () => {
  const script = await kuke('completion', 'bash');
  assert.match(script, /^complete -F _kuke kuke$/m);
  assert.equal(await kuke('autocomplete', 'bash'), script);
});

test('help and errors name it', async () => {
  assert.match(await kuke('--help'), /^Usage: kuke /);
  assert.match(await kuke('vershon'), /`kuke version`/);
  assert.match(await kuke('vershon'), /^ {2}see: kuke explain CLI_USAGE$/m);
});

test('the noun of a verb may be left out where it is a cell, and short forms are words in full', () => {
  for (const [typed, meant] of [
    ['start web', 'start cell web'],
    ['start cell web', 'start cell web'],
    ['sta co side --cell web', 'start container side --cell web'],
    ['k ce web', 'kill cell web'],
    ['start contianer side', 'start contianer side'],
    ['start --help', 'start --help'],
    ['logs -f web', 'log cell -f web'],
    ['log r', 'log cell r'],
    ['exec web ls -la', 'exec cell web -- ls -la'],
    ['exec web --container side -- ls -n=1', 'exec cell web --container side -- ls -n=1'],
    ['--debug g cells -o=wide', '--debug get cell -o wide'],
    ['cp a web:/b', 'cp cell a web:/b'],
    ['refresh', 'refresh cell'],
    ['stop web --grace 5s', 'stop cell web --grace 5s'],
  ] as const) {
    assert.equal(normaliseArguments(typed.split(' '), KUKE).join(' '), meant);
  }
});

test('verbs of the public tool that do not exist here name what takes their place', async () => {
  for (const [typed, answer] of [
    ['daemon restart', /fix: capsuled manages itself here: `capsulectl capsule info`/],
    ['uninstall -y', /there is nothing to uninstall/],
    ['att web', /attach is not supported yet/],
    ['run web --image x', /run is not supported yet/],
    ['create secret x', /secrets are not supported yet/],
    ['start contianer side', /did you mean `kuke start container`\?/],
    ['cell start web', /did you mean `kuke start cell`\?/],
  ] as const) {
    assert.match(await kuke(...typed.split(' ')), answer, typed);
  }
});

test('names of every level are completed in the place that the words name', async () => {
  const asked: string[] = [];
  await using capsule = await startFakeCapsule({
    cell: {
      list({ level, within }) {
        const { realm, stack, cell } = within ?? { realm: '', stack: '', cell: '' };
        asked.push([level, realm, stack, cell].join(' '));
        return {
          nodes:
            level === Level.CONTAINER
              ? [wireContainer(sampleContainer('side'))]
              : [wireCell(sampleCell(['web']))],
        };
      },
    },
  });
  const complete = async (...words: string[]) => {
    const { stdout } = await runCapsulectl(['__complete', '--', ...words], {
      program: KUKE,
      target: capsule.target,
    });
    return stdout.split('\n').map((line) => line.split('\t')[0]);
  };
  assert.deepEqual(await complete('start', ''), ['cell', 'container', 'web', '']);
  assert.deepEqual(await complete('g', 'ce', 'w'), ['web', '']);
  assert.deepEqual(await complete('stop', 'container', '--cell', 'web', '--stack', 's', 'si'), [
    'side',
    '',
  ]);
  assert.deepEqual(await complete('log', 'web', '--container', ''), ['side', '']);
  assert.deepEqual(await complete('cp', 'w'), ['web:', ':file', '']);
  assert.deepEqual(asked, [
    `${Level.CELL} main default `,
    `${Level.CELL} main default `,
    `${Level.CONTAINER} main s web`,
    `${Level.CONTAINER} main default web`,
    `${Level.CELL} main default `,
  ]);
});
