import { HELP_FLAG } from '../../program/global-flags.ts';
import type { Argument, CommandManual, Flag, ProgramManual } from '../../program/manual.ts';
import { spellingsOf } from '../../program/spellings.ts';

/** A word that may stand next, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** Asks the world for names; empty where it does not answer in time. */
export type LiveNames = (kind: NonNullable<Argument['completes']>) => Promise<readonly string[]>;

/**
 * What may stand in place of the last word, given the ones before it. Empty means that the shell's
 * own completion of file names is the best there is.
 */
export async function completeWords(
  program: ProgramManual,
  words: readonly string[],
  live: LiveNames,
): Promise<readonly Candidate[]> {
  const { commands } = program;
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { plain, open } = readWords(program, before);
  const command = commands.find(({ path }) => path.every((word, index) => plain[index] === word));
  const candidates =
    open !== undefined
      ? (open.choices ?? open.suggests ?? []).map((word) => ({ word, about: '' }))
      : typed.startsWith('-')
        ? [...flagCandidates(command, program), ...choiceCandidates(command, typed)]
        : command === undefined
          ? wordCandidates(commands, plain)
          : await argumentCandidates(command, plain.slice(command.path.length), live);
  return candidates.filter(({ word }) => word.startsWith(typed));
}

/** Words that are no flags, and the flag that waits for its value. */
function readWords(
  program: ProgramManual,
  words: readonly string[],
): { readonly plain: readonly string[]; readonly open: Flag | undefined } {
  const plain: string[] = [];
  let open: Flag | undefined;
  for (const word of words) {
    if (open !== undefined) open = undefined;
    else if (!word.startsWith('-')) plain.push(word);
    else if (!word.includes('=')) {
      const command = program.commands.find(({ path }) =>
        path.every((part, at) => plain[at] === part),
      );
      const flag = flagsOf(command, program).find(
        (known) => takesValue(known) && spellingsOf(known).includes(word),
      );
      open = flag;
    }
  }
  return { plain, open };
}

function flagsOf(command: CommandManual | undefined, { globalFlags }: ProgramManual) {
  return [...(command?.flags ?? []), ...globalFlags, HELP_FLAG];
}

function flagCandidates(
  command: CommandManual | undefined,
  program: ProgramManual,
): readonly Candidate[] {
  return flagsOf(command, program).flatMap((flag) => {
    const long = spellingsOf(flag).find((spelling) => spelling.startsWith('--'));
    return long === undefined ? [] : [{ word: long, about: flag.summary }];
  });
}

/** `--output=json` */
function choiceCandidates(command: CommandManual | undefined, typed: string): readonly Candidate[] {
  const [name = ''] = typed.split('=', 1);
  if (name === typed) return [];
  const flag = command?.flags?.find((known) => spellingsOf(known).includes(name));
  return (flag?.choices ?? flag?.suggests ?? []).map((choice) => ({
    word: `${name}=${choice}`,
    about: '',
  }));
}

function wordCandidates(
  commands: readonly CommandManual[],
  plain: readonly string[],
): readonly Candidate[] {
  const next = new Map<string, string>();
  for (const { path, summary, isHidden } of commands) {
    const word = path[plain.length];
    if (isHidden || word === undefined || !plain.every((part, at) => path[at] === part)) continue;
    const isLast = plain.length === path.length - 1;
    next.set(word, next.get(word) ?? (isLast ? summary : ''));
  }
  return [...next].map(([word, about]) => ({ word, about }));
}

async function argumentCandidates(
  { args }: CommandManual,
  given: readonly string[],
  live: LiveNames,
): Promise<readonly Candidate[]> {
  const last = args.at(-1);
  const argument = args[given.length] ?? (last?.isRepeatable ? last : undefined);
  if (argument?.completes === undefined || argument.completes === 'file') return [];
  const names = await live(argument.completes);
  return names.filter((name) => !given.includes(name)).map((word) => ({ word, about: '' }));
}

function takesValue({ flags }: Flag): boolean {
  return flags.includes('<');
}
