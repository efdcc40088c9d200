import { nearestWord } from '@capsule/core';
import type { CommandManual, ProgramManual } from './manual.ts';
import { scanWords } from './scan-words.ts';

/** The command whose help explains words that were not understood: as far as they lead to one. */
export function meantCommand({ name, commands }: ProgramManual, words: readonly string[]): string {
  const lengths = commands.map(({ path }) => {
    const differs = path.findIndex((word, index) => words[index] !== word);
    return differs < 0 ? path.length : differs;
  });
  const longest = Math.max(0, ...lengths);
  return [name, ...words.slice(0, longest)].join(' ');
}

/**
 * A clause on what was meant by words that name no command: a habit from another program, a verb in another place
 * (`workload cp` is `cp`, `describe workload` is `workload describe`), or a misspelt word. Undefined where nothing
 * is sure.
 */
export function suggestCommand(
  program: ProgramManual,
  words: readonly string[],
): string | undefined {
  const plain = scanWords(program, words).plain.map(({ word }) => word);
  const habit = program.habits[plain.slice(0, 2).join(' ')] ?? program.habits[plain[0] ?? ''];
  if (habit !== undefined) return habit;
  const path = elsewhere(program, plain) ?? misspelt(program, plain);
  return path === undefined ? undefined : `did you mean \`${[program.name, ...path].join(' ')}\`?`;
}

/** How a command that is known is used, where a habit or its own `-f` is not heeded. */
export function adviseUse(program: ProgramManual, words: readonly string[]): string | undefined {
  const { plain, command, pathLength } = scanWords(program, words);
  if (command === undefined) return undefined;
  const habits = words.map((word) => program.habits[[...command.path, word].join(' ')]);
  const habit = habits.find((one) => one !== undefined);
  if (habit !== undefined) return habit;
  const extra = plain[pathLength + command.args.length];
  const takesFile = command.flags.some(({ flags }) => flags.startsWith('-f, --file '));
  if (extra === undefined || !takesFile) return undefined;
  const line = [program.name, ...command.path, '-f', extra.word].join(' ');
  return `name the file with -f: \`${line}\``;
}

type Words = readonly string[];

/** Where a verb is that was typed before its noun, without it, or behind one that does not have it. */
function elsewhere({ nouns, commands }: ProgramManual, [first = '', second]: Words) {
  const shown = commands.filter(({ isHidden }) => isHidden !== true);
  const paths = shown.map(({ path }) => path);
  if (Object.hasOwn(nouns, first)) {
    return paths.find((path) => path.length === 1 && path[0] === second);
  }
  const verbs = paths.filter((path) => path.length > 1 && path[1] === first);
  // `get pods` has another noun, `get workloads` one of ours.
  return verbs.find(([noun]) => noun === second || `${noun}s` === second) ?? verbs[0];
}

function misspelt({ nouns, commands }: ProgramManual, [first = '', second]: Words) {
  const shown = commands.filter(({ isHidden }) => isHidden !== true);
  const isNoun = Object.hasOwn(nouns, first);
  const noun = isNoun ? first : nearestWord(first, firstWords(shown));
  if (noun === undefined || !Object.hasOwn(nouns, noun))
    return noun === undefined ? undefined : [noun];
  const verb = nearestWord(second ?? '', verbsOf(shown, noun));
  if (verb !== undefined) return [noun, verb];
  return isNoun ? undefined : [noun];
}

function firstWords(commands: readonly CommandManual[]): readonly string[] {
  return [...new Set(commands.map(({ path }) => path[0]))];
}

function verbsOf(commands: readonly CommandManual[], noun: string): readonly string[] {
  return commands.flatMap(({ path }) =>
    path[0] === noun && path[1] !== undefined ? [path[1]] : [],
  );
}
