import type { ProgramManual } from './manual.ts';

/** The program with no other commands than those that its catalogue has for this first word, where it has one. */
export function narrowProgram<Whole extends ProgramManual>(program: Whole, first = ''): Whole {
  const { catalogues = {} } = program;
  const load = Object.hasOwn(catalogues, first) ? catalogues[first] : undefined;
  if (load === undefined) return program;
  return Object.create(program, { commands: { value: load() } });
}
