import type { ProgramManual } from './manual.ts';
import { scanWords } from './scan-words.ts';

/**
 * Brings what a person typed into the one form that the parser knows: `-n=100` is `-n 100`, `help workload list`
 * is `workload list --help`, and `exec web ls -la` is `exec web -- ls -la`. Behind `--` nothing is touched.
 */
export function normaliseArguments(
  typed: readonly string[],
  program: ProgramManual,
): readonly string[] {
  const [first, ...rest] = typed;
  if (first === 'help') return [...rest, '--help'];
  const words = setOtherApart(typed, program);
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
