import type { Output } from '../../program/context/output.ts';
import type { Input } from '../../program/input.ts';
import { renderDocuments } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { type Column, renderTable } from '../render/table.ts';
import type { CapsuleAnswer } from './capsule-answer.ts';

/** One output of the answers of several capsules, in which each row, document or line has the name of its capsule. */
export async function joinAnswers(
  answers: readonly CapsuleAnswer[],
  input: Input,
  out: Output,
): Promise<string> {
  const given = answers.filter(({ stdout }) => stdout !== '');
  const format =
    input.text('output') === undefined && !input.isOn('quiet') ? TABLE : readFormat(input);
  if (format.kind === 'name') {
    return given.map(({ capsule, stdout }) => prefixed(`${capsule}/`, stdout)).join('');
  }
  if (format.kind === 'json' || format.kind === 'yaml') {
    const documents = await Promise.all(given.map((one) => documentsOf(one, format.kind)));
    return renderDocuments(format, documents.flat());
  }
  if (isData(format)) return joinLines(given, out);
  return given.every(({ stdout }) => HEADERS.test(stdout))
    ? joinTables(given, { ...format, hasTitles: input.choice('headers') ?? true }, out)
    : joinLines(given, out);
}

const TABLE = { kind: 'table', isWide: false, hasTitles: true } as const;
/** A table from its first line on; details may contain one further down. */
const HEADERS = /^[A-Z][A-Z ]*(?: {2,}[A-Z][A-Z ]*)+(?:\n|$)/;
/** A title may have blanks within, such as `LAST USED`. */
const TITLE = /\S+(?: \S+)*/g;

async function documentsOf({ capsule, stdout }: CapsuleAnswer, kind: string): Promise<object[]> {
  const named = (document: object) => ({ capsule, ...document });
  if (kind === 'json') return [JSON.parse(stdout)].flat().map(named);
  const { parseAllDocuments } = await import('yaml');
  return [...parseAllDocuments(stdout)].map((document) => named(document.toJS()));
}

function prefixed(prefix: string, text: string): string {
  return text.replaceAll(/^(?=.)/gm, prefix);
}

function joinLines(answers: readonly CapsuleAnswer[], out: Output): string {
  const rows = answers.flatMap(({ capsule, stdout }) =>
    stdout.split('\n').flatMap((line) => (line === '' ? [] : [[capsule, line] as const])),
  );
  return renderTable(rows, columnsOf(['CAPSULE', 'OUTPUT']), { ...TABLE, hasTitles: false }, out);
}

/** Tables of the same command have the same titles; cells stand below the beginning of theirs. */
function joinTables(
  answers: readonly CapsuleAnswer[],
  format:
    | typeof TABLE
    | { readonly kind: 'table'; readonly isWide: boolean; readonly hasTitles: boolean },
  out: Output,
): string {
  const [first] = answers;
  const titles = titlesOf(first?.stdout ?? '').map(({ title }) => title);
  const rows = answers.flatMap(({ capsule, stdout }) => {
    const starts = titlesOf(stdout).map(({ start }) => start);
    return stdout
      .split('\n')
      .slice(1)
      .filter((line) => line !== '')
      .map((line) => [
        capsule,
        ...starts.map((start, at) => line.slice(start, starts[at + 1]).trim()),
      ]);
  });
  return renderTable(rows, columnsOf(['CAPSULE', ...titles]), { ...format, isWide: true }, out);
}

function titlesOf(table: string) {
  const [head = ''] = table.split('\n');
  return [...head.matchAll(TITLE)].map(({ 0: title, index: start }) => ({ title, start }));
}

function columnsOf(titles: readonly string[]): readonly Column<readonly string[]>[] {
  return titles.map((title, at) => ({ title, cell: (row) => row[at] ?? '' }));
}
