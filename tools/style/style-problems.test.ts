import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RULES } from './rules.ts';
import { styleProblems } from './style-problems.ts';

/** One line that breaks each rule, and one near it that does not. */
const EXAMPLES: Readonly<Record<string, { path?: string; bad: string[]; good: string[] }>> = {
  'name of a program': {
    path: 'packages/daemon/src/volume/errors.ts',
    bad: ["hint: '`capsulectl volume list` shows them',", '// as kuke asks', "'CAPSULECTL'"],
    good: ["const list = action('volume.list');", "'capsuled'", "'kukeon'"],
  },
  'bare error': {
    bad: ["throw new Error('no');", "reject(new Error('no'))"],
    good: [
      'throw volumeError.IN_USE({ volume });',
      '// never throw new Error(',
      "throw new TypeError('not a name')",
    ],
  },
  console: { bad: ["console.log('x');"], good: ["log.info('x');"] },
  'module mock': { bad: ["mock.module('x', {})"], good: ['mock.fn()'] },
  'shell string': {
    bad: ['{ shell: true }', "import { exec } from 'node:child_process';"],
    good: ["import { spawn } from 'node:child_process';", "import { execa } from 'execa';"],
  },
  'log message that is not static': {
    bad: [
      'log.info(`made it`)',
      'this.log.warn(message)',
      'log?.error(error)',
      "log.info('a' + b)",
    ],
    good: ["log.info('volume created', { volume })", 'log.info(', 'catalog.info(x)'],
  },
  'spread that only formats': {
    bad: ['...{ name, size },', '...({ name } as const),', '...{'],
    good: ['...rest,', '...(name === undefined ? {} : { name }),', "...['--name', name],"],
  },
  unfinished: { bad: ['// TODO later', 'x(); // FIXME'], good: ['const TODOS = 1'] },
  'suppression without a reason': {
    bad: ['// @ts-ignore', '// @ts-expect-error', '// biome-ignore lint/suspicious/noConsole:'],
    good: [
      '// biome-ignore lint/suspicious/noConsole: the last words',
      '// @ts-expect-error: wrong',
    ],
  },
  'recursive remove': {
    bad: ['await rm(folder, { recursive: true });'],
    good: ['await rm(file);', 'await mkdir(folder, { recursive: true });'],
  },
  'process globals': { bad: ['process.env.HOME', 'process.exit(1)'], good: ['process.pid'] },
  'sleep in a test': {
    path: 'packages/engine/src/a.test.ts',
    bad: ["import { setTimeout } from 'node:timers/promises';", 'await sleep(100);'],
    good: ["await once(child, 'exit');"],
  },
  'test that hides the others': {
    path: 'packages/engine/src/a.test.ts',
    bad: ["test.only('x', () => {});", '{ only: true }'],
    good: ["test('x', () => {});"],
  },
};

for (const { name } of RULES) {
  test(`${name}: what breaks the rule is found, and nothing else`, () => {
    const example = EXAMPLES[name];
    assert.ok(example, 'every rule has an example');
    const path = example.path ?? 'packages/engine/src/a.ts';
    for (const line of example.bad) {
      const { problems } = styleProblems(path, `\n${line}\n`);
      assert.equal(problems.length, 1, line);
      assert.ok(problems[0]?.startsWith(`${path}:2: ${name}: `), problems[0]);
    }
    for (const line of example.good) assert.deepEqual(styleProblems(path, line).problems, [], line);
  });
}

test('a rule holds only where it says', () => {
  const source = "throw new Error('x');\nprocess.exit(1);\nconsole.log();\n";
  assert.equal(styleProblems('packages/daemon/src/a.ts', source).problems.length, 3);
  assert.equal(styleProblems('packages/daemon/src/main.ts', source).problems.length, 2);
  assert.equal(styleProblems('packages/daemon/src/a.test.ts', source).problems.length, 1);
  assert.equal(styleProblems('packages/cli/src/shared/render/table.ts', source).problems.length, 2);
});

test('a program may be named where it is made, and in tests', () => {
  const source = "'capsulectl';\n";
  const allowed = ['cli/src/capsulectl/a.ts', 'imager/src/a.ts', 'daemon/src/a.test.ts'];
  for (const path of [...allowed, 'core/src/error/first-program.ts']) {
    assert.deepEqual(styleProblems(`packages/${path}`, source).problems, [], path);
  }
  assert.equal(styleProblems('packages/cli/src/shared/a.ts', source).problems.length, 1);
});

test('of the rules only the one about unfinished work holds for Rust', () => {
  const source = 'console.write();\n// TODO\n';
  assert.equal(styleProblems('native/init/src/main.rs', source).problems.length, 1);
});

test('a long file is worth a warning, a long test is not', () => {
  const source = 'x;\n'.repeat(400);
  assert.deepEqual(styleProblems('packages/engine/src/a.ts', source), {
    problems: [],
    warnings: ['packages/engine/src/a.ts: 401 lines'],
  });
  assert.deepEqual(styleProblems('packages/engine/src/a.test.ts', source).warnings, []);
});

test('a name that says nothing is refused', () => {
  const folders = [
    'utils/a.ts',
    'helpers.ts',
    'session-manager.ts',
    'test-utils/a.ts',
    'misc.test.ts',
  ];
  for (const path of folders.map((inside) => `packages/core/src/${inside}`)) {
    assert.equal(styleProblems(path, '').problems.length, 1, path);
  }
  assert.deepEqual(styleProblems('packages/core/src/commonality.ts', '').problems, []);
});
