import type { ProgramManual } from './manual.ts';

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
 * Where the verbs are that somebody looked for under another noun, or none: `workload cp` is `cp`,
 * `describe workload` is `workload describe`.
 */
export function findElsewhere(
  { name, commands }: ProgramManual,
  words: readonly string[],
): string | undefined {
  const [noun, verb] = words;
  const ends = (path: readonly string[], word: string | undefined) => path.at(-1) === word;
  const shown = commands.filter(({ isHidden }) => isHidden !== true);
  const found =
    shown.find(({ path }) => ends(path, verb) && !path.includes(noun ?? '')) ??
    shown.find(({ path }) => ends(path, noun));
  return found && [name, ...found.path].join(' ');
}
