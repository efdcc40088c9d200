import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAPSULECTL } from '../capsulectl/program.ts';
import { normaliseArguments } from './normalise-arguments.ts';
import { adviseUse, suggestCommand } from './suggest-command.ts';

const SUGGESTED: readonly (readonly [typed: string, suggestion: RegExp | undefined])[] = [
  ['stop hello', /`capsulectl workload stop`/],
  ['describe workload web', /`capsulectl workload describe`/],
  ['get volumes', /`capsulectl volume get`/],
  ['get pods', /`capsulectl workload list`/],
  ['workload cp a b', /`capsulectl cp`/],
  ['workload lst', /`capsulectl workload list`/],
  ['workloads list', /`capsulectl workload list`/],
  ['--debug imgae', /`capsulectl image`/],
  ['aply -f x', /`capsulectl apply`/],
  ['workload create web', /apply -f FILE/],
  ['run nginx', /apply -f FILE/],
  ['build .', /docker save IMAGE \| capsulectl image push -/],
  ['image import a.tar', /image push FILE/],
  ['attach web', /logs -f/],
  ['inspect web', /workload get NAME/],
  ['edit web', /apply it again/],
  ['kill web', /stop --grace 0/],
  ['login ghcr.io', /`capsulectl registry login`/],
  ['image stop web', undefined],
  ['volume describee', undefined],
  ['frobnicate', undefined],
];

test('a word that is no command is answered with the command that was meant, or with nothing', () => {
  for (const [typed, suggestion] of SUGGESTED) {
    const answer = suggestCommand(CAPSULECTL, typed.split(' '));
    if (suggestion === undefined) assert.equal(answer, undefined, typed);
    else assert.match(answer ?? '', suggestion, typed);
  }
});

test('every command that a habit names is one', () => {
  const paths = CAPSULECTL.commands.map(({ path }) => path.join(' '));
  for (const [habit, advice] of Object.entries(CAPSULECTL.habits)) {
    const plain = habit.split(' ').slice(0, 2).join(' ');
    assert.ok(!paths.includes(habit) || plain !== habit, habit);
    for (const [, line = ''] of advice.matchAll(
      /`(?:docker save IMAGE \| )?capsulectl ([^`]+)`/g,
    )) {
      assert.ok(
        paths.some((path) => `${line} `.startsWith(`${path} `)),
        `${habit}: ${line}`,
      );
    }
  }
});

test('a file that apply was given as docker takes it, and delete -f, are answered with the right form', () => {
  const advice = (line: string) => adviseUse(CAPSULECTL, line.split(' '));
  assert.match(advice('apply web.yaml') ?? '', /`capsulectl apply -f web\.yaml`/);
  assert.match(advice('workload delete -f web.yaml') ?? '', /workload delete NAME/);
  assert.equal(advice('workload get'), undefined);
});

test('the command of an exec is apart from its flags, with and without --', () => {
  for (const [typed, meant] of [
    ['workload exec web ls -la /', 'workload exec web -- ls -la /'],
    ['workload exec -t web sh -l', 'workload exec -t web -- sh -l'],
    ['workload exec web -t sh -l', 'workload exec web -t -- sh -l'],
    ['workload exec -e A=b -u 0 web env -u B', 'workload exec -e A=b -u 0 web -- env -u B'],
    [
      '--capsule unix:/x workload exec web ls --help',
      '--capsule unix:/x workload exec web -- ls --help',
    ],
    ['workload exec web -- ls -n=1', 'workload exec web -- ls -n=1'],
    ['workload exec -u=0 web ls -n=1', 'workload exec -u 0 web -- ls -n=1'],
    ['workload exec web --help', 'workload exec web --help'],
    ['workload logs -n=5 web', 'workload logs -n 5 web'],
  ] as const) {
    assert.equal(normaliseArguments(typed.split(' '), CAPSULECTL).join(' '), meant);
  }
});
