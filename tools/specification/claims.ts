/** “The test of that name in that file holds it.” */
export interface Claim {
  readonly file: string;
  readonly title: string;
  /** In the document, from 1. */
  readonly line: number;
}

/** A file between backquotes and a colon, then the titles of tests in it: “one”, “another”. */
const CLAIM = /`([^`]+\.(?:ts|rs))`: (“[^”]+”(?:, “[^”]+”)*)/g;

/** Everything that the document says about tests, in its order. */
export function findClaims(document: string): Claim[] {
  return document.split('\n').flatMap((text, index) =>
    [...text.matchAll(CLAIM)].flatMap(([, file = '', titles = '']) =>
      [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => ({
        file,
        title,
        line: index + 1,
      })),
    ),
  );
}

const TYPESCRIPT =
  /\b(?:test|it)\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g;
const RUST = /\bfn (\w+)\(/g;

/** The titles of a file's tests; `…` in place of what a template fills in. */
export function findTitles(file: string, source: string): Set<string> {
  const found = [...source.matchAll(file.endsWith('.rs') ? RUST : TYPESCRIPT)];
  return new Set(
    found.map(([, single, double, template]) =>
      (single ?? double ?? template?.replace(/\$\{[^}]*\}/g, '…') ?? '').replace(/\\(.)/g, '$1'),
    ),
  );
}
