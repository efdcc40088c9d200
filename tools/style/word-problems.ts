import { type Prose, readProse } from './prose.ts';
import { TITLE_OPENING, WORD_RULES } from './word-rules.ts';

/** Words and openings of one file that the word rules refuse. */
export function wordProblems(path: string, source: string): string[] {
  return readProse(path, source).flatMap((prose) =>
    refusals(prose).map(
      ({ name, instead }) => `${path}:${prose.line}: ${name}: ${instead}: ${prose.text}`,
    ),
  );
}

function refusals({ text, isTitle }: Prose) {
  return WORD_RULES.filter(
    ({ pattern, name }) =>
      pattern.test(text) ||
      (isTitle && name === 'a relative clause as subject' && TITLE_OPENING.test(text)),
  );
}
