import { HELP_FLAG, VERSION_FLAG } from './global-flags.ts';
import type { CommandManual, Flag, ProgramManual } from './manual.ts';
import { spellingsOf } from './spellings.ts';

/** A word that is no flag and no value of one, with its place. */
export interface PlainWord {
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
  for (const [at, word] of words.entries()) {
    if (word === '--') break;
    if (open !== undefined) open = undefined;
    else if (!word.startsWith('-') || word === '-') {
      plain.push({ word, at });
      found = findCommand(
        program,
        plain.map((one) => one.word),
      );
    } else if (!word.includes('=')) {
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

/** The command whose path, or another way to type it, these words begin with. */
function findCommand(
  { commands }: ProgramManual,
  words: readonly string[],
): { readonly command: CommandManual | undefined; readonly pathLength: number } {
  for (const command of commands) {
    for (const path of [command.path, ...(command.aliases ?? [])]) {
      if (path.every((word, index) => words[index] === word)) {
        return { command, pathLength: path.length };
      }
    }
  }
  return { command: undefined, pathLength: 0 };
}
