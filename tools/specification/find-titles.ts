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
