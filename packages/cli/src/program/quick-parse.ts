import type { Invocation } from './build-parser.ts';
import type { Command } from './command.ts';
import { Input } from './input.ts';
import type { Flag } from './manual.ts';
import { narrowProgram } from './narrow-program.ts';
import { normaliseArguments } from './normalise-arguments.ts';
import type { Program } from './program.ts';
import { isImplied, scanWords } from './scan-words.ts';
import { spellingsOf } from './spellings.ts';

/**
 * Understands a command line in which nothing is unusual, as the parser of commander does, which takes longer to load and to
 * build than many commands take to run. Undefined for every other line: help, mistakes, and forms that are rarely
 * written. A test compares both.
 */
export function quickParse(whole: Program, typed: readonly string[]): Invocation | undefined {
  const program = narrowProgram(whole, typed[0]);
  const words = normaliseArguments(typed, program);
  const { plain, command: found, pathLength } = scanWords(program, words);
  const command = program.commands.find((one) => one === found);
  const start = plain[pathLength - 1]?.at;
  if (command === undefined || start === undefined) return undefined;
  // A noun that is left out, and that the normal form has no place for.
  if (
    isImplied(
      command,
      plain.slice(0, pathLength).map(({ word }) => word),
    )
  )
    return undefined;
  const line = readLine(words, { start, pathLength, own: command.flags, all: program.globalFlags });
  if (line === undefined || !hasRoom(command, line.args.length)) return undefined;
  const name = [program.name, ...command.path].join(' ');
  return { command, input: new Input(name, line.args, line.flags) };
}

interface Place {
  /** The last word of the command's name; its own flags stand behind it. */
  readonly start: number;
  readonly pathLength: number;
  readonly own: readonly Flag[];
  /** Of the program. */
  readonly all: readonly Flag[];
}

interface Line {
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
}

function readLine(
  words: readonly string[],
  { start, pathLength, own, all }: Place,
): Line | undefined {
  const plain: string[] = [];
  const flags = presetFlags([...own, ...all]);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') {
      // A name behind it is no name of a command.
      if (at < start) return undefined;
      plain.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      plain.push(word);
      continue;
    }
    const flag = findFlag(word, at < start ? all : [...own, ...all]);
    const taken = flag && setFlag(flags, flag, words[at + 1]);
    if (taken === undefined) return undefined;
    at += taken;
  }
  return { args: plain.slice(pathLength), flags };
}

/** `--no-x` alone means that `x` is on unless it is given. */
function presetFlags(flags: readonly Flag[]): Record<string, unknown> {
  const all = flags.flatMap(spellingsOf);
  const negative = all.filter((spelling) => spelling.startsWith('--no-'));
  const alone = negative.map((spelling) => spelling.slice('--no-'.length));
  return Object.fromEntries(
    alone.filter((name) => !all.includes(`--${name}`)).map((name) => [keyOf(name), true]),
  );
}

/** Only where it stands alone: `-o=json`, `--output=json` and `-it` are left to commander. */
function findFlag(word: string, flags: readonly Flag[]): Flag | undefined {
  return flags.find((flag) => spellingsOf(flag).includes(word));
}

/** Returns how many words behind the flag it takes; undefined where they do not suit it. */
function setFlag(
  flags: Record<string, unknown>,
  flag: Flag,
  next: string | undefined,
): number | undefined {
  const long = spellingsOf(flag).find((spelling) => spelling.startsWith('--'));
  if (long === undefined || flag.flags.includes('[')) return undefined;
  if (!flag.flags.includes('<')) {
    const isNegative = long.startsWith('--no-');
    flags[keyOf(isNegative ? long.slice('--no-'.length) : long.slice('--'.length))] = !isNegative;
    return 0;
  }
  if (next === undefined || next.startsWith('-')) return undefined;
  if (flag.choices !== undefined && !flag.choices.includes(next)) return undefined;
  const key = keyOf(long.slice('--'.length));
  const before = flags[key];
  flags[key] = flag.isRepeatable ? [...(Array.isArray(before) ? before : []), next] : next;
  return 1;
}

/** `ignoreMissing` for `ignore-missing`. */
function keyOf(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function hasRoom({ args }: Command, count: number): boolean {
  const least = args.filter(({ isOptional }) => isOptional !== true).length;
  const most = args.some(({ isRepeatable }) => isRepeatable) ? Infinity : args.length;
  return count >= least && count <= most;
}
