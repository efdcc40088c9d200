import type { Context } from './context/context.ts';
import type { Input } from './input.ts';
import type { CommandManual } from './manual.ts';

/** Does the work of a command. Answers the exit code where it is not 0; failures are thrown. */
export type Run = (input: Input, context: Context) => Promise<number | undefined>;

/** A command of a program. */
export interface Command extends CommandManual {
  /** Loads the implementation, and nothing of the other commands'. */
  readonly load: () => Promise<{ readonly run: Run }>;
}
