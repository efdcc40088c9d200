import type { YAMLError } from 'yaml';

type SyntaxError = Pick<YAMLError, 'code' | 'message'>;

const LINE_MOST = 60;
const QUOTES = 'put the value in quotes';
const COLUMN = 'keys of one map must begin in the same column';
const ITEM =
  'begin the key in the column of the other keys of its item, or begin the line with `- `';

/** Of the parser's codes that people meet: what to do. */
const HINTS: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_ALIAS: QUOTES,
  BAD_SCALAR_START: QUOTES,
  MISSING_CHAR: 'close the quote or bracket that is open here',
  UNEXPECTED_TOKEN: QUOTES,
};

/** Says what is wrong with a line, and shows the line. Lines count from 1. Pure. */
export function describeSyntax(
  error: SyntaxError,
  lines: readonly string[],
  line: number,
): { readonly message: string; readonly hint?: string | undefined } {
  const at = (number: number) => `\`${cut(lines[number - 1] ?? '')}\``;
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { message: `not YAML: a tab indents the line ${at(line)}`, hint: 'use spaces' };
    case 'MULTILINE_IMPLICIT_KEY':
    case 'BLOCK_AS_IMPLICIT_KEY':
      return indentOf(lines[line]) > indentOf(lines[line - 1])
        ? {
            message: `not YAML: line ${line + 1} is indented too far: ${at(line + 1)}`,
            hint: COLUMN,
          }
        : { message: `not YAML: a second \`: \` in the line ${at(line)}`, hint: QUOTES };
    case 'BAD_INDENT': {
      const close = /end with an? (\S)$/.exec(error.message)?.[1];
      return {
        message: `not YAML: ${close ? 'a bracket is still open' : 'the indentation is wrong'} at the line ${at(line)}`,
        hint: close ? `close it with ${close}` : COLUMN,
      };
    }
    default: {
      if (/without - indicator/.test(error.message)) {
        return { message: `not YAML: the line ${at(line)} is in no item of the list`, hint: ITEM };
      }
      const words = error.message.replace(/[.:\s]+$/, '');
      return { message: `not YAML: ${words}: ${at(line)}`, hint: HINTS[error.code] };
    }
  }
}

function indentOf(line: string | undefined): number {
  return line?.search(/\S/) ?? -1;
}

/** The end of a line is of less use than its start. */
function cut(line: string): string {
  const text = line.trimEnd();
  return text.length > LINE_MOST ? `${text.slice(0, LINE_MOST)}…` : text;
}
