import type { Answers, Recording } from './read-recording.ts';

/** Answers of one side that the other does not have. */
export interface Difference {
  readonly file: string;
  readonly lost: readonly string[];
  readonly added: readonly string[];
}

/**
 * Compares recordings of one state of the code with those of another. An answer that some recordings of a side lack is noise:
 * `lost` is in all of the first and in none of the second, `added` the other way round. Only test files that both sides
 * have count. Pure.
 */
export function compareRecordings(
  before: readonly Recording[],
  after: readonly Recording[],
): readonly Difference[] {
  return filesOf([...before, ...after], 'every').flatMap((file) => {
    const [old, now] = [answersOf(before, file), answersOf(after, file)];
    const lost = inAll(old).filter((answer) => !now.some((answers) => answers.has(answer)));
    const added = inAll(now).filter((answer) => !old.some((answers) => answers.has(answer)));
    return lost.length + added.length === 0 ? [] : [{ file, lost, added }];
  });
}

/** Test files that cannot be compared, as some recordings lack them: renamed, or new. Pure. */
export function filesOfSome(recordings: readonly Recording[]): readonly string[] {
  const inEvery = filesOf(recordings, 'every');
  return filesOf(recordings, 'some').filter((file) => !inEvery.includes(file));
}

function filesOf(recordings: readonly Recording[], which: 'every' | 'some'): readonly string[] {
  const names = new Set(recordings.flatMap((recording) => [...recording.keys()]));
  return [...names].filter((file) => recordings[which]((one) => one.has(file))).sort();
}

function answersOf(recordings: readonly Recording[], file: string): readonly Answers[] {
  return recordings.flatMap((recording) => recording.get(file) ?? []);
}

function inAll([first = new Set(), ...others]: readonly Answers[]): readonly string[] {
  return [...first].filter((answer) => others.every((answers) => answers.has(answer)));
}
