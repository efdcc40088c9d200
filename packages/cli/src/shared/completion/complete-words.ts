import type { Argument, CommandManual, Completable, ProgramManual } from '../../program/manual.ts';
import { flagsOf, scanWords } from '../../program/scan-words.ts';
import { spellingsOf } from '../../program/spellings.ts';

/** A word that may stand next, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Whether a file of this machine may stand there too: those are for the shell to find. */
  readonly isFile: boolean;
}

/** Asks the world for names that may begin so; empty where it does not answer in time. */
export type LiveNames = (
  kind: Exclude<Completable, 'file' | 'place' | 'cellPlace'>,
  typed: string,
) => Promise<readonly string[]>;

const NOTHING: Completion = { candidates: [], isFile: false };

/** Returns the candidates for the last word, given the ones before it. */
export async function completeWords(
  program: ProgramManual,
  words: readonly string[],
  live: LiveNames,
): Promise<Completion> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { plain, open, command, pathLength } = scanWords(program, before);
  const found =
    open !== undefined
      ? await valuesOf(open, typed, live)
      : typed.startsWith('-') && !before.includes('--')
        ? await flagCompletion(program, command, typed, live)
        : command === undefined
          ? listed(
              wordCandidates(
                program,
                plain.map(({ word }) => word),
              ),
            )
          : withNouns(
              program,
              plain,
              await argumentCompletion(command, plain.slice(pathLength), { typed, live }),
            );
  return { ...found, candidates: found.candidates.filter(({ word }) => word.startsWith(typed)) };
}

/** Behind a verb whose noun may be left out, the nouns come first, and then the names that may stand for it. */
function withNouns(
  program: ProgramManual,
  plain: readonly { readonly word: string }[],
  found: Completion,
): Completion {
  const typed = plain.map(({ word }) => word);
  const nouns = typed.length === 1 ? wordCandidates(program, typed) : [];
  return { ...found, candidates: [...nouns, ...found.candidates] };
}

interface Typed {
  readonly typed: string;
  readonly live: LiveNames;
}

function listed(candidates: readonly Candidate[]): Completion {
  return { candidates, isFile: false };
}

function plainWords(words: readonly string[]): readonly Candidate[] {
  return words.map((word) => ({ word, about: '' }));
}

type Valued = Pick<Argument, 'completes'> & {
  readonly choices?: readonly string[];
  readonly suggests?: readonly string[];
};

/** The candidates for a flag or an argument. */
async function valuesOf(
  { choices, suggests, completes }: Valued,
  typed: string,
  live: LiveNames,
): Promise<Completion> {
  const fixed = choices ?? suggests;
  if (fixed !== undefined) return listed(plainWords(fixed));
  if (completes === undefined) return NOTHING;
  if (completes === 'file') return { candidates: [], isFile: true };
  if (completes !== 'place' && completes !== 'cellPlace') {
    return listed(plainWords(await live(completes, typed)));
  }
  if (/[:/]/.test(typed)) return { candidates: [], isFile: !/^[a-z0-9-]+:/.test(typed) };
  const places = (await live(completes === 'place' ? 'workload' : 'cell', typed)).map(
    (name) => `${name}:`,
  );
  return { candidates: plainWords(places), isFile: true };
}

/** The flags that there are, or what may stand behind the `=` of one. */
async function flagCompletion(
  program: ProgramManual,
  command: CommandManual | undefined,
  typed: string,
  live: LiveNames,
): Promise<Completion> {
  const flags = flagsOf(program, command);
  const [name = ''] = typed.split('=', 1);
  if (name === typed) {
    return listed(
      flags.flatMap((flag) => {
        const long = spellingsOf(flag).find((spelling) => spelling.startsWith('--'));
        return long === undefined ? [] : [{ word: long, about: flag.summary }];
      }),
    );
  }
  const flag = flags.find((known) => spellingsOf(known).includes(name));
  if (flag === undefined) return NOTHING;
  const values = await valuesOf(flag, typed.slice(name.length + 1), live);
  const words = values.candidates.map(({ word }) => `${name}=${word}`);
  return { ...values, candidates: plainWords(words) };
}

function wordCandidates(
  { commands, nouns }: ProgramManual,
  plain: readonly string[],
): readonly Candidate[] {
  const next = new Map<string, string>();
  for (const { path, summary, isHidden } of commands) {
    const word = path[plain.length];
    if (isHidden || word === undefined || !plain.every((part, at) => path[at] === part)) continue;
    const isLast = plain.length === path.length - 1;
    next.set(word, next.get(word) ?? (isLast ? summary : (nouns[word] ?? '')));
  }
  return [...next].map(([word, about]) => ({ word, about }));
}

async function argumentCompletion(
  { args }: CommandManual,
  given: readonly { readonly word: string }[],
  { typed, live }: Typed,
): Promise<Completion> {
  const last = args.at(-1);
  const argument = args[given.length] ?? (last?.isRepeatable ? last : undefined);
  if (argument === undefined) return NOTHING;
  const { candidates, isFile } = await valuesOf(argument, typed, live);
  const words = given.map(({ word }) => word);
  return { candidates: candidates.filter(({ word }) => !words.includes(word)), isFile };
}
