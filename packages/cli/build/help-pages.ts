import type { Command as Commander } from 'commander';
import { CAPSULECTL } from '../src/capsulectl/program.ts';
import { KUKE } from '../src/kuke/program.ts';
import { buildParser } from '../src/program/build-parser.ts';
import { VERSION_FLAG } from '../src/program/global-flags.ts';
import type { Program } from '../src/program/program.ts';
import { spellingsOf } from '../src/program/spellings.ts';

/** A line that always has the same answer. */
export interface Page {
  /** The name of the program, and the words behind it. */
  readonly words: readonly string[];
  readonly text: string;
}

/** The help of every command and group under each of its names, and the versions, of both programs. */
export function helpPages(): readonly Page[] {
  return [CAPSULECTL, KUKE].flatMap((program) => [...helpOf(program), ...versionOf(program)]);
}

function helpOf(program: Program): readonly Page[] {
  let text = '';
  const pages: Page[] = [];
  const visit = (parser: Commander, words: readonly string[]) => {
    text = '';
    parser.outputHelp();
    pages.push({ words: [...words, '--help'], text });
    for (const child of parser.commands) visit(child, [...words, child.name()]);
  };
  const root = buildParser(
    program,
    () => undefined,
    (written) => {
      text += written;
    },
  );
  visit(root, [program.name]);
  return pages;
}

function versionOf({ name, version }: Program): readonly Page[] {
  return spellingsOf(VERSION_FLAG).map((spelling) => ({
    words: [name, spelling],
    text: `${name} ${version}\n`,
  }));
}
