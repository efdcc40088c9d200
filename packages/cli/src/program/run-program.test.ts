import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCapsulectl } from '../testing/run-capsulectl.ts';

const MISTAKES: readonly (readonly [string[], RegExp])[] = [
  [['aply'], /unknown command 'aply'\n {2}fix: did you mean `capsulectl apply`\?/],
  [
    ['workload', 'lst'],
    /unknown command 'lst'\n {2}fix: did you mean `capsulectl workload list`\?/,
  ],
  [['workload', 'logs', 'web', '--folow'], /'--folow'\n {2}fix: did you mean `--follow`\?/],
  [['workload', 'list', '--colour'], /unknown option '--colour'\n {2}fix: `capsulectl/],
  [
    ['workload', 'get'],
    /missing required argument 'name'\n {2}fix: `capsulectl workload get --help`/,
  ],
  [['workload', 'logs'], /name workloads, or select them with -l LABELS/],
  [
    ['workload', 'cp', 'a', 'b:/c'],
    /unknown command 'cp'\n {2}fix: did you mean `capsulectl cp`\?/,
  ],
  [['describe', 'workload', 'web'], /fix: did you mean `capsulectl workload describe`\?/],
  [['logs', 'web'], /fix: did you mean `capsulectl workload logs`\?/],
  [['workload', 'frobnicate'], /fix: `capsulectl workload --help` shows/],
  [['workload', 'list', 'web'], /too many arguments/],
  [['workload', 'logs', 'web', '-n', 'ten'], /--tail takes a whole number, not "ten"/],
  [['workload', 'logs', 'web', '-n', '-5'], /--tail takes a whole number, not "-5"/],
  [['apply', '-f', 'x', '--timeout', 'soon'], /--timeout takes a duration/],
  [['workload', 'list', '--capsule', 'nonsense'], /there is no context named nonsense/],
];

for (const [words, message] of MISTAKES) {
  test(`capsulectl ${words.join(' ')} is a usage error that says what to do`, async () => {
    const { exitCode, stdout, stderr } = await runCapsulectl(words);
    assert.equal(exitCode, 2);
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.match(stderr, / {2}fix: /);
    assert.match(stderr, / {2}see: capsulectl explain [A-Z_]+\n/);
  });
}

test('no word at all shows the help, a noun without a verb does so as an error', async () => {
  const nothing = await runCapsulectl([]);
  assert.equal(nothing.exitCode, 0);
  assert.match(nothing.stdout, /^Usage: capsulectl/);
  const noun = await runCapsulectl(['workload']);
  assert.equal(noun.exitCode, 2);
  assert.match(noun.stderr, /^Usage: capsulectl workload/);
});

test('--debug adds the chain of causes', async () => {
  const words = ['workload', 'list', '--capsule', 'unix:/nonexistent/capsuled.sock'];
  const plain = await runCapsulectl(words);
  const debug = await runCapsulectl(['--debug', ...words]);
  assert.equal(plain.exitCode, 1);
  assert.doesNotMatch(plain.stderr, /caused by/);
  assert.match(debug.stderr, /caused by: .*ENOENT/s);
});
