import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CAPSULECTL } from '../capsulectl/program.ts';
import { KUKE } from '../kuke/program.ts';
import { buildParser, type Invocation } from './build-parser.ts';
import type { Command } from './command.ts';
import { normaliseArguments } from './normalise-arguments.ts';
import type { Program } from './program.ts';
import { quickParse } from './quick-parse.ts';
import { spellingsOf } from './spellings.ts';

/** Undefined for help and mistakes. */
function slowParse(program: Program, words: readonly string[]): Invocation | undefined {
  let understood: Invocation | undefined;
  const parser = buildParser(
    program,
    (invocation) => {
      understood = invocation;
    },
    () => undefined,
  );
  try {
    parser.parse([...normaliseArguments(words, program)], { from: 'user' });
  } catch {
    return undefined;
  }
  return understood;
}

/** The parts of its line that a command can see. */
function seen({ command, input }: Invocation) {
  const keys = command.flags.concat(CAPSULECTL.globalFlags).flatMap(spellingsOf);
  const names = keys.map((key) =>
    key.replace(/^-+(no-)?/, '').replace(/-([a-z])/g, (_, letter) => letter.toUpperCase()),
  );
  return {
    path: command.path,
    command: input.command,
    args: input.args,
    flags: names.map((name) => [
      name,
      input.text(name),
      input.texts(name),
      input.isOn(name),
      input.choice(name),
    ]),
  };
}

const value = fc.constantFrom('web', 'a=b', '5', '', '-', '-x', '--', 'json', 'list', 'table');

/** Lines that are mostly right: the words of a command, its flags with values, and a few others. */
function lineOf(program: Program): fc.Arbitrary<string[]> {
  const anyCommand = fc.constantFrom(...(program.commands as [Command, ...Command[]]));
  return anyCommand.chain((command) => {
    const flags = [...command.flags, ...program.globalFlags];
    const anyFlag =
      flags.length === 0
        ? fc.constant<string[]>([])
        : fc.constantFrom(...flags).chain((flag) =>
            fc.constantFrom(...spellingsOf(flag)).chain((spelling) => {
              if (!flag.flags.includes('<')) return fc.constant([spelling]);
              const right = flag.choices === undefined ? value : fc.constantFrom(...flag.choices);
              return fc.oneof(
                right.map((one) => [spelling, one]),
                right.map((one) => [`${spelling}=${one}`]),
                fc.constant([spelling]),
              );
            }),
          );
    const paths = fc.constantFrom(command.path, ...(command.aliases ?? []));
    const rest = fc.array(
      fc.oneof(
        anyFlag,
        value.map((one) => [one]),
      ),
      { maxLength: 5 },
    );
    const before = fc.array(anyFlag, { maxLength: 1 });
    return fc
      .tuple(before, paths, rest)
      .map(([first, path, more]) => [...first.flat(), ...path, ...more.flat()]);
  });
}

for (const program of [CAPSULECTL, KUKE]) {
  test(`${program.name}: a line that is understood quickly is understood in the same way`, () => {
    let quick = 0;
    fc.assert(
      fc.property(lineOf(program), (words) => {
        const understood = quickParse(program, words);
        if (understood === undefined) return;
        quick += 1;
        const slow = slowParse(program, words);
        assert.ok(slow !== undefined, `commander refuses: ${words.join(' ')}`);
        assert.deepEqual(seen(understood), seen(slow));
      }),
      { numRuns: 1500 },
    );
    assert.ok(quick > 100, `only ${quick} lines`);
  });
}

test('frequent lines are understood quickly', () => {
  for (const line of [
    'workload list',
    'workload list -o json',
    'apply -f web.yaml --wait --timeout 30s',
    'workload exec web -- true',
    'workload exec web ls -la',
    'workload get web -o name',
    'workload logs -f web',
    'workload delete web --force',
    'cp a web:/b',
    'events web -n 5',
  ]) {
    assert.notEqual(quickParse(CAPSULECTL, line.split(' ')), undefined, line);
  }
});
