import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEVELS } from '@capsule/core';
import { CAPSULECTL } from '../../capsulectl/program.ts';
import { KUKE } from '../../kuke/program.ts';
import type { CommandManual } from '../../program/manual.ts';

const LEVEL_NAMES: readonly string[] = LEVELS;
/** Of noun and verb, and of verb and noun. */
const OTHER_WORDS: Readonly<Record<string, string>> = { logs: 'log', list: 'get' };

const flagsOf = ({ flags }: CommandManual) => flags.map((flag) => flag.flags);

test('every verb of kuke has a twin in capsulectl, with the same arguments and flags', () => {
  const verbs = KUKE.commands.filter(({ path: [, noun = ''] }) => LEVEL_NAMES.includes(noun));
  assert.ok(verbs.length >= 33);
  for (const one of verbs) {
    const [verb, level = ''] = one.path;
    const twins = CAPSULECTL.commands.filter(
      ({ path: [noun, word = ''] }) => noun === level && (OTHER_WORDS[word] ?? word) === verb,
    );
    assert.ok(twins.length > 0, one.path.join(' '));
    const flags = new Set(twins.flatMap(flagsOf));
    const extra = flagsOf(one).filter((flag) => !flags.has(flag));
    assert.deepEqual(
      extra.filter((flag) => !/^--(realm|space|stack|cell) /.test(flag)),
      [],
    );
    assert.deepEqual(
      one.args.map(({ name }) => name),
      twins.at(-1)?.args.map(({ name }) => name),
    );
  }
});

test('every verb of capsulectl for a level has a twin in kuke', () => {
  for (const { path } of CAPSULECTL.commands) {
    const [level, verb = ''] = path;
    if (!LEVEL_NAMES.includes(level)) continue;
    const words = [OTHER_WORDS[verb] ?? verb, level].join(' ');
    assert.ok(
      KUKE.commands.some((one) => one.path.join(' ') === words),
      words,
    );
  }
});
