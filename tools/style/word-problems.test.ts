import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordProblems } from './word-problems.ts';
import { isHeld, WORD_RULES } from './word-rules.ts';

/** Texts that break each rule, and texts near them that do not. */
const EXAMPLES: Readonly<Record<string, { bad: string[]; good: string[] }>> = {
  '“wish”': { bad: ['the wish stays', 'Wishes are stored'], good: ['the spec stays', 'wishful'] },
  '“anew”': { bad: ['it is started anew'], good: ['capsuled restarts it', 'a new one'] },
  '“tell”': {
    bad: ['it tells why', 'is told who has it', 'Tell it'],
    good: ['it reports why', 'a teller'],
  },
  '“hear”': { bad: ['hears the signal', 'was heard'], good: ['receives the signal', 'hearing'] },
  '“tried again”': {
    bad: ['fix: it is tried again', 'is refused, and tried again'],
    good: ['capsuled retries it', 'the capsule has tried again'],
  },
  'an unnamed actor': {
    bad: ['somebody needs it', 'Nobody reads it', 'whoever writes', 'for who asks'],
    good: ['an operator needs it', 'the user `nobody`', 'the client that asks'],
  },
  'a relative clause as subject': {
    bad: [
      'What it holds stays.',
      'It stops. Who waits gets an error.',
      '- Whose it is',
      '| What it is | x |',
      '## What is different',
    ],
    good: ['Its contents stay.', 'What now?', 'Stop. What else is there to do?', 'See what it is.'],
  },
};

for (const { name } of WORD_RULES) {
  test(`${name}: a text that breaks the rule is found, and no other`, () => {
    const example = EXAMPLES[name];
    assert.ok(example, 'every rule has an example');
    for (const text of example.bad) {
      const problems = wordProblems('docs/a.md', `\n${text}\n`);
      assert.equal(problems.length, 1, text);
      assert.ok(problems[0]?.startsWith(`docs/a.md:2: ${name}: `), problems[0]);
    }
    for (const text of example.good) assert.deepEqual(wordProblems('docs/a.md', text), [], text);
  });
}

const FOUND: readonly (readonly [string, string, string])[] = [
  ['a comment', 'a.ts', '/** The wish. */'],
  ['a comment of several lines', 'a.ts', '/**\n * The wish.\n */'],
  ['a comment behind code', 'a.ts', 'x(); // the wish'],
  ['a message', 'a.ts', "message: 'the wish stays',"],
  ['a template', 'a.ts', 'message: `the wish stays`,'],
  ['the title of a test', 'a.test.ts', "test('what it holds stays', () => {"],
  ['a doc comment of Rust', 'a.rs', '/// The wish.'],
  ['a comment of proto', 'a.proto', '// The wish.'],
  ['a comment of YAML', 'a.yaml', 'name: x # the wish'],
  ['a promise', 'docs/promises/a.yaml', '  - promise: >-\n      the wish stays'],
];

for (const [what, path, source] of FOUND) {
  test(`${what} is text`, () => assert.equal(wordProblems(path, source).length, 1, source));
}

const PASSED: readonly (readonly [string, string, string])[] = [
  ['an identifier', 'a.ts', 'const wish = told(nobody);'],
  ['a word alone', 'a.ts', "x === 'nobody'"],
  ['code in a page', 'a.md', '```sh\nwish\n```\n`wish`'],
  ['code in a comment', 'a.ts', '// see `wish`'],
  ['a title in docs/promises', 'docs/promises/a.yaml', '          - what it holds stays'],
];

for (const [what, path, source] of PASSED) {
  test(`${what} is no text`, () => assert.deepEqual(wordProblems(path, source), []));
}

test('generated pages follow their sources, and the rules may show what they refuse', () => {
  assert.ok(isHeld('docs/guides/names.md') && isHeld('README.md') && isHeld('proto/a.proto'));
  for (const path of ['docs/reference/api.md', 'docs/SPECIFICATION.md', 'tools/style/a.ts']) {
    assert.ok(!isHeld(path), path);
  }
});
