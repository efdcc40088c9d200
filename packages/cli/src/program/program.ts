import type { Command } from './command.ts';
import type { ProgramManual } from './manual.ts';

/** A command line program over the run functions of `shared`: a name and the commands that it offers. */
export interface Program extends ProgramManual {
  readonly commands: readonly Command[];
  readonly catalogues?: Readonly<Record<string, () => readonly Command[]>>;
}
