import { nearestWord } from '@capsule/core';
import type { ProgramManual } from './manual.ts';
import { isImplied, type ScannedWords, scanWords } from './scan-words.ts';

/**
 * Brings what a person typed into the one form that the parser knows: `-n=100` is `-n 100`, `help workload list`
 * is `workload list --help`, `exec web ls -la` is `exec web -- ls -la`, and the words of a command are written in
 * full. Behind `--` nothing is touched.
 */
export function normaliseArguments(
  typed: readonly string[],
  program: ProgramManual,
): readonly string[] {
  const [first, ...rest] = typed;
  if (first === 'help') return [...rest, '--help'];
  const words = nameCommand(setKeysApart(setOtherApart(typed, program), program), program);
  const end = words.indexOf('--');
  const flags = end < 0 ? words : words.slice(0, end);
  const behind = end < 0 ? [] : words.slice(end);
  const apart = flags.flatMap((word) => {
    const short = /^(-[A-Za-z])=(.*)$/s.exec(word);
    return short ? [short[1] ?? '', short[2] ?? ''] : [word];
  });
  return [...apart, ...behind];
}

/** With `--` before the words that are for another program. */
function setOtherApart(words: readonly string[], program: ProgramManual): readonly string[] {
  const { plain, command, pathLength } = scanWords(program, words);
  const index = command?.args.findIndex(({ isOfOther }) => isOfOther === true) ?? -1;
  const start = index < 0 ? undefined : plain[pathLength + index]?.at;
  return start === undefined ? words : words.toSpliced(start, 0, '--');
}

const KEY_ID = /^-[\w-]{42}$/;

/** With ids of keys that begin with a dash, like one in 64, behind a `--`: no flag is that long. */
function setKeysApart(words: readonly string[], program: ProgramManual): readonly string[] {
  const { command } = scanWords(program, words);
  if (command?.args.some(({ completes }) => completes === 'key') !== true) return words;
  const ids = words.filter((word) => KEY_ID.test(word));
  if (ids.length === 0) return words;
  const others = words.filter((word) => !KEY_ID.test(word));
  return others.includes('--') ? [...others, ...ids] : [...others, '--', ...ids];
}

/** With the words of the command in full: short ones expanded, and the one that may be left out put in. */
function nameCommand(words: readonly string[], program: ProgramManual): readonly string[] {
  const scanned = scanWords(program, words);
  const { plain, command, pathLength } = scanned;
  if (command === undefined) return words;
  const full = words.map((word, at) => {
    const index = plain.slice(0, pathLength).findIndex((one) => one.at === at);
    return plain[index]?.word ?? word;
  });
  const [verb] = plain;
  const noun = command.path[1];
  if (verb === undefined || noun === undefined || !isLeftOut(scanned, words, program)) return full;
  return full.toSpliced(verb.at + 1, 0, noun);
}

/** A word that looks like a misspelt noun is answered as such, and a verb alone with its help. */
function isLeftOut(
  { plain, command, pathLength }: ScannedWords,
  words: readonly string[],
  { commands }: ProgramManual,
): boolean {
  const [verb = '', name, another] = plain.map(({ word }) => word);
  if (command === undefined || pathLength !== 1 || !isImplied(command, [verb])) return false;
  const isHelp = /^-(h|-help)$/.test(words.at(-1) ?? '');
  if (command.args.length === 0) return name === undefined && !isHelp;
  if (name === undefined) return false;
  const nouns = commands.flatMap(({ path }) => (path[0] === verb ? (path[1] ?? []) : []));
  return another === undefined || nearestWord(name, nouns) === undefined;
}
