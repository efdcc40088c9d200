import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The tests of one file that hold a promise. */
export interface Claim {
  readonly file: string;
  /** Titles of tests; `…` stands for the part that differs between the cases of a test. */
  readonly titles: readonly string[];
}

export interface Promised {
  readonly promise: string;
  /** Tests, and remarks as Markdown, in the order of the page. */
  readonly held: readonly (Claim | string)[];
}

export interface Section {
  readonly title: string;
  readonly promises: readonly Promised[];
}

/** The sections of docs/promises, in the order of their file names. */
export async function readPromises(root: string): Promise<Section[]> {
  const files = await Array.fromAsync(glob('docs/promises/*.yaml', { cwd: root }));
  return Promise.all(
    files.sort().map(async (file) => readSection(await readFile(join(root, file), 'utf8'))),
  );
}

interface WrittenSection {
  readonly title: string;
  readonly promises: readonly {
    readonly promise: string;
    readonly held: readonly (string | Readonly<Record<string, readonly string[]>>)[];
  }[];
}

/** Reads one file of docs/promises. */
export function readSection(text: string): Section {
  const { title, promises } = parse(text) as WrittenSection;
  return {
    title,
    promises: promises.map(({ promise, held }) => ({ promise, held: held.flatMap(claimsOf) })),
  };
}

function claimsOf(
  written: string | Readonly<Record<string, readonly string[]>>,
): (Claim | string)[] {
  if (typeof written === 'string') return [written];
  return Object.entries(written).map(([file, titles]) => ({ file, titles }));
}

/** Every claim of the sections: “a test of that title in that file holds it”. */
export function claimsIn(sections: readonly Section[]): Claim[] {
  return sections
    .flatMap(({ promises }) => promises)
    .flatMap(({ held }) => held)
    .filter((item) => typeof item !== 'string');
}
