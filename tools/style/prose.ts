/** One line of text that a person reads, cut out of a source or a page. */
export interface Prose {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** The title of a test, which begins in lower case. */
  readonly isTitle: boolean;
}

/** The text of a file by its kind: pages, comments, messages, titles of tests. Code is left out. */
export function readProse(path: string, source: string): Prose[] {
  const lines = source.split('\n');
  if (path.endsWith('.md')) return readPage(lines);
  if (path.endsWith('.yaml') || path.endsWith('.sh')) return lines.flatMap(readHashComment);
  return lines.flatMap((line, index) => readCode(line, index + 1));
}

function readPage(lines: readonly string[]): Prose[] {
  let isCode = false;
  return lines.flatMap((text, index) => {
    const isFence = /^\s*```/.test(text);
    if (isFence) isCode = !isCode;
    return isFence || isCode ? [] : [proseAt(index + 1, text)];
  });
}

/** In docs/promises a promise is text, and the titles of tests below it are those of other files. */
function readHashComment(line: string, index: number): Prose[] {
  const [, text] = /(?:^|\s)#+ (.*)$/.exec(line) ?? /^ {6}(?!- )(\S.*[^:])$/.exec(line) ?? [];
  return text === undefined ? [] : [proseAt(index + 1, text)];
}

const COMMENT = /^\s*(?:\/\/[/!]?|\/\*\*?|\*)(?:\s+|$)(.*)$|(?<!:)\/\/[/!]? (.*)$/;
/** A text has a space in it; a word alone is a name. */
const STRING =
  /'((?:[^'\\\n]|\\.)* (?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)* (?:[^"\\\n]|\\.)*)"|`((?:[^`\\\n]|\\.)* (?:[^`\\\n]|\\.)*)`/g;
const TITLE = /\b(?:test|it|suite)\(\s*['"`]/;

function readCode(line: string, number: number): Prose[] {
  const comment = COMMENT.exec(line);
  const code = comment === null ? line : line.slice(0, comment.index);
  const strings = [...code.matchAll(STRING)].map(([, single, double, template]) =>
    proseAt(number, single ?? double ?? template ?? '', TITLE.test(line)),
  );
  const text = comment?.[1] ?? comment?.[2];
  return text === undefined ? strings : [...strings, proseAt(number, text)];
}

function proseAt(line: number, text: string, isTitle = false): Prose {
  return { line, text: text.replace(/`[^`]*`/g, 'code').trim(), isTitle };
}
