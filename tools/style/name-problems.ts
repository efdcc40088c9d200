import { WORD_RULES } from './word-rules.ts';

const EXPORT =
  /^export (?:default )?(?:abstract |async |declare )*(?:function\*?|class|interface|type|const|let) (\w+)/;
const TERMS = WORD_RULES.filter(({ isTerm }) => isTerm === true);
/** In a name only: a sentence may say that something is wanted. */
const WANTED = { name: '“wanted”', instead: 'desired, required, expected', pattern: /\bwanted\b/i };

/** Exported names with a word that the word rules replace by a term of the field. */
export function nameProblems(path: string, source: string): string[] {
  return source.split('\n').flatMap((line, index) => {
    const [, name = ''] = EXPORT.exec(line) ?? [];
    const words = wordsOf(name);
    return [...TERMS, WANTED]
      .filter(({ pattern }) => pattern.test(words))
      .map((rule) => `${path}:${index + 1}: ${rule.name} in a name: ${rule.instead}: ${name}`);
  });
}

/** `isToldAs` is `is Told As`, `MAX_WISHES` is `MAX WISHES`. */
function wordsOf(name: string): string {
  return name.replaceAll('_', ' ').replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, ' ');
}
