import { Composer, type Document, Lexer, LineCounter, Parser, type YAMLError } from 'yaml';
import type { ManifestProblem } from '../problem.ts';
import { describeSyntax } from './describe-syntax.ts';
import { recogniseDockerfile } from './foreign-document.ts';
import type { ManifestSource } from './manifest-source.ts';

/** Larger files are no manifests; the parser's time grows with them. */
export const MANIFEST_MAX_BYTES = 4 * 1024 * 1024;
/** Words and marks of a file. Bounds time and memory: long texts are cheap, many marks are not. */
export const MANIFEST_MAX_LEXEMES = 100_000;
const SYNTAX_PROBLEMS_SHOWN = 20;

/** The documents of one file, with what turns offsets into lines. */
export interface YamlFile {
  readonly documents: readonly Document.Parsed[];
  readonly lines: LineCounter;
  /** Of the syntax. A file with any is not looked into further. */
  readonly problems: readonly ManifestProblem[];
}

/** Reads YAML 1.2 (JSON is a part of it), many documents a file. Never throws for bad content. */
export function readYaml(source: ManifestSource): YamlFile {
  const lines = new LineCounter();
  const refuse = (message: string, hint?: string): YamlFile => {
    const position = { file: source.fileName, line: 1, column: 1 };
    return { documents: [], lines, problems: [{ path: '', message, hint, position }] };
  };
  if (source.content.length > MANIFEST_MAX_BYTES) {
    const mebibytes = MANIFEST_MAX_BYTES / 1024 / 1024;
    return refuse(
      `the file is larger than ${mebibytes} MiB`,
      'split it, or check that it is a manifest',
    );
  }
  const text = decode(source.content);
  if (text === undefined)
    return refuse('the file is not UTF-8 text', 'if it is an image archive, push it as an image');
  const dockerfile = recogniseDockerfile(text);
  if (dockerfile !== undefined) return refuse(dockerfile.message, dockerfile.hint);
  try {
    const documents = compose(text, lines);
    if (documents === undefined) {
      return refuse(`the file has more than ${MANIFEST_MAX_LEXEMES} YAML tokens`);
    }
    return {
      documents,
      lines,
      problems: syntaxProblems({ file: source.fileName, text }, documents, lines),
    };
  } catch (error) {
    // The library recurses for each level of nesting.
    if (error instanceof RangeError) return refuse('the file is nested too deeply');
    throw error;
  }
}

function decode(content: string | Uint8Array): string | undefined {
  if (typeof content === 'string') return content;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function compose(text: string, lines: LineCounter): Document.Parsed[] | undefined {
  const parser = new Parser(lines.addNewLine);
  // Keys that occur twice are found by our own reader: the library's search is quadratic.
  const composer = new Composer({ uniqueKeys: false, strict: true });
  const documents: Document.Parsed[] = [];
  lines.addNewLine(0);
  let lexemes = 0;
  let errors = 0;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1;
    if (lexemes > MANIFEST_MAX_LEXEMES) return undefined;
    for (const token of parser.next(lexeme)) {
      documents.push(...composer.next(token));
      if (token.type === 'error') errors += 1;
    }
    // Enough to show; each one costs time.
    if (errors > SYNTAX_PROBLEMS_SHOWN) break;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  // Forced, so that errors after the last document are reported; an empty document is no harm.
  documents.push(...composer.end(true, text.length));
  return documents;
}

/** One problem a line: what follows from it is said of the same line. */
function syntaxProblems(
  { file, text }: { readonly file: string; readonly text: string },
  documents: readonly Document.Parsed[],
  lines: LineCounter,
): ManifestProblem[] {
  const texts = text.split('\n');
  const byLine = new Map<number, ManifestProblem>();
  for (const error of documents.flatMap((one) => [...one.errors, ...one.warnings])) {
    const { line, col } = lines.linePos(error.pos[0]);
    if (byLine.has(line)) continue;
    const position = { file, line, column: col };
    byLine.set(line, { path: '', ...describe(error, texts, line), position });
    if (byLine.size === SYNTAX_PROBLEMS_SHOWN) break;
  }
  return [...byLine.values()];
}

function describe(error: YAMLError, texts: readonly string[], line: number) {
  if (error.message.includes('call stack')) return { message: 'the file is nested too deeply' };
  return describeSyntax(error, texts, line);
}
