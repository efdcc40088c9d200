/** Where the one writer of each table is named: the table of docs/concepts/records.md. */
export type Writers = ReadonlyMap<string, string>;

const ROW = /^\| ((?:`\w+`(?:, )?)+) \| `(packages\/daemon\/src\/[\w/-]+\.ts)` \|/gm;

/** The file that writes each table, by the rows of the page. */
export function readWriters(page: string): Writers {
  return new Map(
    [...page.matchAll(ROW)].flatMap(([, tables = '', file = '']) =>
      [...tables.matchAll(/`(\w+)`/g)].map(([, table = '']) => [table, file] as const),
    ),
  );
}

const SCHEMA =
  /\b(CREATE|DROP) TABLE (?:IF (?:NOT )?EXISTS )?(\w+)|\bALTER TABLE (\w+) RENAME TO (\w+)/g;

/** The tables that are there after all steps of the schema. */
export function readTables(migrations: string): ReadonlySet<string> {
  const tables = new Set<string>();
  // What undoes a step stands under `down` and is no step of its own.
  const steps = migrations.replace(/\bdown: (?:'[^']*'|`[^`]*`)/g, '');
  for (const [, verb, table = '', from = '', to = ''] of steps.matchAll(SCHEMA)) {
    if (verb === 'CREATE') tables.add(table);
    else if (verb === 'DROP') tables.delete(table);
    else if (tables.delete(from)) tables.add(to);
  }
  return tables;
}

const WRITE = /\b(?:INSERT (?:OR \w+ )?INTO|REPLACE INTO|(?<!\bDO )UPDATE|DELETE FROM) (\w+)/g;

/** Writes of tables by other files than their writers, and tables without one. */
export function writerProblems(
  sources: ReadonlyMap<string, string>,
  tables: ReadonlySet<string>,
  writers: Writers,
): string[] {
  const written = [...sources].flatMap(([path, source]) => writesOf(path, source));
  const foreign = written
    .filter(({ path, table }) => writers.get(table) !== path)
    .map(({ path, line, table }) => `${path}:${line}: ${foreignText(table, writers.get(table))}`);
  const idle = [...writers]
    .filter(([table, file]) => !written.some((one) => one.path === file && one.table === table))
    .map(([table, file]) => `docs/concepts/records.md: ${file} does not write the table ${table}`);
  const unknown = [...tables]
    .filter((table) => !writers.has(table))
    .map((table) => `docs/concepts/records.md: the table ${table} has no writer`);
  return [...foreign, ...idle, ...unknown];
}

function foreignText(table: string, writer: string | undefined): string {
  return `writes the table ${table}: ${writer === undefined ? 'nobody does' : `only ${writer} does`}`;
}

interface Write {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly table: string;
}

function writesOf(path: string, source: string): Write[] {
  return [...source.matchAll(WRITE)].map(({ index, 1: table = '' }) => ({
    path,
    line: source.slice(0, index).split('\n').length,
    table,
  }));
}
