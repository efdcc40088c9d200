import { readFileSync, writeSync } from 'node:fs';

/** Before each page, and behind the last one. No word of a command line has this character. */
const MARK = '\0';

/** The contents of the file for `printPage`. */
export function renderPages(
  pages: readonly { readonly words: readonly string[]; readonly text: string }[],
): string {
  return [...pages.map(({ words, text }) => `${headOf(words)}${text}`), MARK].join('');
}

/**
 * Prints the page of the command line, if `file` has one: help and versions, for which nothing else has to be loaded. False
 * where it printed nothing: the program then answers in its usual way, which knows more about outputs.
 */
export function printPage(file: string, words: readonly string[], own: NodeJS.Process): boolean {
  const page = findPage(file, canonical(words));
  if (page === undefined) return false;
  let written = 0;
  try {
    while (written < page.length) written += writeSync(1, page, written);
  } catch {
    if (written === 0) return false;
    // A pipe that does not block took a part.
    own.stdout.on('error', () => fail(own)).write(page.subarray(written));
  }
  return true;
}

/** With the exit code of an output that cannot be written. */
function fail(own: NodeJS.Process): void {
  own.exitCode = 2;
}

function findPage(file: string, words: readonly string[]): Buffer | undefined {
  const last = words.at(-1) ?? '';
  if (!/^(-v|--version|--help)$/.test(last)) return undefined;
  const pages = readFileSync(file);
  const head = headOf(words);
  const at = pages.indexOf(head);
  if (at < 0) return undefined;
  const start = at + Buffer.byteLength(head);
  return pages.subarray(start, pages.indexOf(MARK, start));
}

/** `help a b`, `a b -h` and no word at all are forms of `--help`. */
function canonical([program = '', ...words]: readonly string[]): readonly string[] {
  if (words[0] === 'help') return [program, ...words.slice(1), '--help'];
  if (words.length === 0) return [program, '--help'];
  return [program, ...words.with(-1, words.at(-1) === '-h' ? '--help' : (words.at(-1) ?? ''))];
}

function headOf(words: readonly string[]): string {
  return `${MARK}${JSON.stringify(words)}\n`;
}
