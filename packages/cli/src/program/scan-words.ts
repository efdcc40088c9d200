import { HELP_FLAG, VERSION_FLAG } from './global-flags.ts';
import type { CommandManual, Flag, ProgramManual } from './manual.ts';
import { spellingsOf } from './spellings.ts';

/** A word that is no flag and no value of one, with its place. */
export interface PlainWord {
  /** In full where a short form was typed. */
  readonly word: string;
  readonly at: number;
}

export interface ScannedWords {
  readonly plain: readonly PlainWord[];
  /** The flag that waits for its value behind the last word. */
  readonly open: Flag | undefined;
  /** The command that the words lead to. */
  readonly command: CommandManual | undefined;
  /** How many plain words name it. */
  readonly pathLength: number;
}

/** Classifies the words up to a `--`: the name of the command, its arguments, and flags with their values. */
export function scanWords(program: ProgramManual, words: readonly string[]): ScannedWords {
  const plain: PlainWord[] = [];
  let open: Flag | undefined;
  let found = findCommand(program, []);
  const say = (word: string, at: number) => {
    const before = plain.map((one) => one.word);
    plain.push({ word: expandWord(program, before, word), at });
    found = findCommand(
      program,
      plain.map((one) => one.word),
    );
  };
  for (const [at, word] of words.entries()) {
    if (word === '--') break;
    if (open !== undefined) open = undefined;
    else if (!word.startsWith('-') || word === '-') say(word, at);
    else if (!word.includes('=')) {
      open = flagsOf(program, found.command).find(
        (flag) => flag.flags.includes('<') && spellingsOf(flag).includes(word),
      );
    }
  }
  return { plain, open, ...found };
}

/** Those of the command, or of the program where there is none yet. */
export function flagsOf({ globalFlags }: ProgramManual, command: CommandManual | undefined) {
  const own = command === undefined ? [VERSION_FLAG] : command.flags;
  return [...own, ...globalFlags, HELP_FLAG];
}

/** A word of a path in full, where a short one stands: `c` is `create`, and behind it `ce` is `cell`. */
function expandWord(
  { shorthands = [], commands }: ProgramManual,
  before: readonly string[],
  word: string,
): string {
  const table = shorthands[before.length] ?? {};
  const full = Object.hasOwn(table, word) ? table[word] : undefined;
  if (full === undefined) return word;
  const typed = [...before, full];
  const isPath = commands.some(({ path }) => typed.every((part, at) => path[at] === part));
  return isPath || before.length === 0 ? full : word;
}

/** The command whose path, or another way to type it, these words begin with: the longest one. */
function findCommand(
  { commands }: ProgramManual,
  words: readonly string[],
): { readonly command: CommandManual | undefined; readonly pathLength: number } {
  const nothing = { command: undefined, pathLength: 0 };
  return commands
    .flatMap((command) =>
      [command.path, ...(command.aliases ?? [])].map((path) => ({ command, path })),
    )
    .filter(({ path }) => path.every((word, index) => words[index] === word))
    .reduce<ReturnType<typeof findCommand>>(
      (best, { command, path }) =>
        path.length > best.pathLength ? { command, pathLength: path.length } : best,
      nothing,
    );
}

/** Whether the second word of the path may be left out: `start web` for `start cell web`. */
export function isImplied({ path }: CommandManual, alias: readonly string[]): boolean {
  return path.length > 1 && alias.length === 1 && alias[0] === path[0];
}
