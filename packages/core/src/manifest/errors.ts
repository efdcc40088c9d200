import { defineErrors } from '../error/define-errors.ts';
import type { Declared } from './manifest.ts';
import { describeProblem, type ManifestProblem, type Problem } from './problem.ts';

export const manifestError = defineErrors('MANIFEST', {
  INVALID: {
    kind: 'invalid',
    message: (f: { problems: readonly ManifestProblem[] }) => listed('manifest', f.problems),
    why: 'the capsule checks the whole manifest before it applies any part of it',
    hint: 'correct these lines and apply again; nothing was changed',
  },
  SPEC_INVALID: {
    kind: 'invalid',
    message: (f: SpecProblems) =>
      listed(`${f.what ?? 'workload'} ${JSON.stringify(f.name)}`, f.problems),
    hint: 'correct these fields and apply again; nothing was changed',
  },
});

interface SpecProblems {
  /** A workload, where nothing else is said. */
  readonly what?: Declared['kind'];
  readonly name: string;
  readonly problems: readonly Problem[];
}

function listed(subject: string, problems: readonly Problem[]): string {
  const [first] = problems;
  if (problems.length === 1 && first) return `${subject} refused: ${describeProblem(first)}`;
  return [
    `${subject} refused, ${problems.length} problems:`,
    ...problems.map((problem) => `  ${describeProblem(problem)}`),
  ].join('\n');
}
