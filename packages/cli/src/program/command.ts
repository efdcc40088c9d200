import type { Context } from './context/context.ts';
import type { Input } from './input.ts';

/** A positional argument. */
export interface Argument {
  readonly name: string;
  readonly summary: string;
  readonly isOptional?: boolean;
  readonly isRepeatable?: boolean;
  /** What a shell may complete it with. */
  readonly completes?: 'workload' | 'volume' | 'snapshot' | 'file' | 'shell';
}

export interface Flag {
  /** As commander reads it: `-n, --tail <lines>`, `--no-wait`. */
  readonly flags: string;
  readonly summary: string;
  readonly isRepeatable?: boolean;
  readonly choices?: readonly string[];
}

export interface Example {
  readonly line: string;
  readonly about: string;
}

/** Does the work of a command. Answers the exit code where it is not 0; failures are thrown. */
export type Run = (input: Input, context: Context) => Promise<number | undefined>;

/** A command as data: the parser, the help, the completion and the reference are made from it. */
export interface Command {
  /** Noun, then verb: `['workload', 'list']`. */
  readonly path: readonly [string, ...string[]];
  readonly summary: string;
  /** More than the summary says, for the help page. */
  readonly about?: string;
  readonly args: readonly Argument[];
  readonly flags: readonly Flag[];
  readonly examples: readonly Example[];
  readonly isHidden?: boolean;
  /** Loads the implementation, and nothing of the other commands'. */
  readonly load: () => Promise<{ readonly run: Run }>;
}
