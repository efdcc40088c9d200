import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAPSULECTL } from '../capsulectl/program.ts';
import { runCapsulectl } from '../testing/run-capsulectl.ts';
import type { Program } from './program.ts';

/** Another program over the same run functions. */
const LITTLE: Program = {
  name: 'little',
  version: '1.2.3',
  summary: 'Does little.',
  nouns: { thing: 'what little does it with' },
  habits: { conjure: 'do it by hand' },
  globalFlags: [{ flags: '--loud', summary: 'say it loudly' }],
  commands: [
    {
      path: ['thing', 'version'],
      summary: 'show versions',
      args: [],
      examples: [],
      flags: [{ flags: '--client', summary: 'of this program' }],
      load: () => import('../shared/capsule/version.ts'),
    },
    ...CAPSULECTL.commands.filter(({ path: [word] }) => /^(__complete|completion)$/.test(word)),
  ],
};

async function little(...words: string[]): Promise<string> {
  const { stdout, stderr } = await runCapsulectl(words, { program: LITTLE });
  return stdout + stderr;
}

test('help is made from the program', async () => {
  const help = await little('--help');
  assert.match(help, /^Usage: little /);
  assert.match(help, /^Does little\.$/m);
  assert.match(help, /^ {2}--loud +say it loudly$/m);
  assert.match(help, /^ {2}thing +what little does it with$/m);
  assert.match(help, /^Run `little COMMAND --help`/m);
  assert.match(await little('thing', 'version', '--help'), /^ {2}--loud +say it loudly$/m);
});

test('completion is made from the program', async () => {
  assert.match(await little('completion', 'bash'), /^complete -F _little little$/m);
  assert.equal(
    await little('__complete', '--', ''),
    'thing\twhat little does it with\ncompletion\tprint the completion script of a shell\n',
  );
  assert.equal(
    await little('__complete', '--', '--'),
    '--version\tshow the version of this program\n--loud\tsay it loudly\n--help\tshow this help\n',
  );
});

test('errors and answers name the program', async () => {
  assert.match(await little('thing', 'version', '--loud', '--client'), /^little: +\d/);
  assert.match(await little('thing', 'vershon'), /`little thing version`/);
  assert.match(await little('thing', 'nonsense'), /fix: `little thing --help` shows/);
  assert.match(await little('version'), /fix: did you mean `little thing version`\?/);
  assert.match(await little('conjure', 'rabbit'), /fix: do it by hand\n/);
  for (const word of ['-v', '--version']) assert.equal(await little(word), 'little 1.2.3\n');
  assert.match(await little('--help'), /^ {2}-v, --version +show the version/m);
  assert.match(await little('thing', 'version', '-v'), /unknown option '-v'/);
});

test('every noun of capsulectl is described, and none that has no command', () => {
  const nouns = CAPSULECTL.commands.flatMap(({ path: [noun, verb] }) => (verb ? [noun] : []));
  assert.deepEqual(new Set(nouns), new Set(Object.keys(CAPSULECTL.nouns)));
});
