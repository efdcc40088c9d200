import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { type Shell, shellScript } from './shell-scripts.ts';

/** Offers the words that begin with what is typed, and prints the words of every other call. */
const PROGRAM = `#!/bin/bash
if [ "$1" != __complete ]; then printf 'ran '; printf '[%s]' "$@"; echo; exit; fi
echo 'error: no capsule answers' >&2
for word in web notes@before web:/etc cell: --for=exit registry.home:5000/team/app; do
  [[ -n "\${!#}" && "$word" == "\${!#}"* ]] && printf '%s\\tabout: it\\n' "$word"
done
case "\${!#}" in f*|ce*) echo :file;; esac
`;

/** A typed line, and the arguments that the shell passes after a TAB. */
const TYPED: readonly (readonly [typed: string, ran: string])[] = [
  ['capsulectl workload get we', '[workload][get][web]'],
  ['capsulectl volume get notes@be', '[volume][get][notes@before]'],
  ['capsulectl volume get notes@', '[volume][get][notes@before]'],
  ['capsulectl cp web:/et', '[cp][web:/etc]'],
  ['capsulectl cp web:', '[cp][web:/etc]'],
  ['capsulectl workload wait web --for=ex', '[workload][wait][web][--for=exit]'],
  ['capsulectl workload wait web --for=', '[workload][wait][web][--for=exit]'],
  ['capsulectl  image get registry.home:5000/team/ap', '[image][get][registry.home:5000/team/app]'],
  ['VALUE=a:b capsulectl workload get we', '[workload][get][web]'],
  // A file, where one may stand: with a blank in its name, and a folder.
  ['capsulectl apply -f fr', '[apply][-f][from here.yaml]'],
  ['capsulectl apply -f fo', '[apply][-f][folder]'],
  // No blank behind a colon: the path follows at once.
  ['capsulectl cp cel', '[cp][cell:]'],
  // Nothing fits, and no file is offered in its place.
  ['capsulectl workload get nothin', '[workload][get][nothin]'],
];

/** The start of a shell without the settings of the tester, and the commands before the lines. */
const SHELLS = {
  bash: { command: 'bash --norc -i', lines: ['source ./completion'] },
  zsh: {
    command: 'zsh -f -i',
    lines: ['unsetopt beep', 'autoload -Uz compinit; compinit -u -D', 'source ./completion'],
  },
} as const;

for (const shell of Object.keys(SHELLS) as (keyof typeof SHELLS)[]) {
  test(`${shell} completes files, and words that contain @, : and =`, { timeout: 60_000 }, (t) =>
    withFolder(t, shell, async (folder) => {
      const { command, lines } = SHELLS[shell];
      const started = promisify(execFile)('script', ['-qec', command, '/dev/null'], {
        cwd: folder,
        env: { PATH: `${folder}:${process.env['PATH']}`, TERM: 'dumb', SHELL: '/bin/bash' },
      });
      const typed = TYPED.map(([line]) => `${line}\t\n`);
      started.child.stdin?.write(
        [...lines.map((line) => `${line}\n`), ...typed, 'exit\n'].join(''),
      );
      const { stdout } = await started;
      // zsh takes the slash behind a folder away again when the line ends there.
      const ran = [...stdout.matchAll(/^ran (.+?)\r*$/gm)].map(([, words]) =>
        words?.replace('/]', ']'),
      );
      assert.deepEqual(
        ran,
        TYPED.map(([, words]) => words),
        stdout,
      );
      assert.ok(!stdout.includes('no capsule answers'), 'an error of the completion is shown');
    }),
  );
}

test('fish describes the words that it offers, and offers files only where a file may follow', (t) =>
  withFolder(t, 'fish', async (folder) => {
    const lines = ['we', 'notes@', 'web:', '--for=', 'nothin', 'fr', 'cel'];
    const asked = lines.map((word) => `echo "> $(complete -C 'capsulectl cp ${word}')"`);
    const script = ['source ./completion', ...asked].join('\n');
    const { stdout, stderr } = await promisify(execFile)('fish', ['--no-config', '-c', script], {
      cwd: folder,
      env: { PATH: `${folder}:${process.env['PATH']}`, TERM: 'dumb', HOME: folder },
    });
    assert.equal(stderr, '');
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      '> web\tabout: it',
      'web:/etc\tabout: it',
      '> notes@before\tabout: it',
      '> web:/etc\tabout: it',
      '> --for=exit\tabout: it',
      '> ',
      '> from here.yaml',
      '> cell:\tabout: it',
    ]);
  }));

async function withFolder(
  t: TestContext,
  shell: Shell,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const isThere = await promisify(execFile)(shell, ['--version']).then(
    () => true,
    () => false,
  );
  if (!isThere) return t.skip(`${shell} is not installed`);
  const folder = await mkdtemp(join(tmpdir(), 'capsulectl-shell-'));
  try {
    await writeFile(join(folder, 'capsulectl'), PROGRAM, { mode: 0o755 });
    await writeFile(join(folder, 'completion'), shellScript(shell, 'capsulectl'));
    await writeFile(join(folder, 'from here.yaml'), '');
    await mkdir(join(folder, 'folder'));
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
