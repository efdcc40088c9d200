import type { ActionName } from '@capsule/core';

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
  /** What a shell offers, where other values are right as well. */
  readonly suggests?: readonly string[];
}

export interface Example {
  readonly line: string;
  readonly about: string;
}

/** Everything of a command but its work, as data. */
export interface CommandManual {
  /** Noun, then verb: `['workload', 'list']`. */
  readonly path: readonly [string, ...string[]];
  readonly summary: string;
  /** More than the summary says, for the help page. */
  readonly about?: string;
  readonly args: readonly Argument[];
  readonly flags: readonly Flag[];
  readonly examples: readonly Example[];
  readonly isHidden?: boolean;
  /** What it carries out when a hint asks for it; noun and verb by default: `volume.list`. */
  readonly action?: ActionName;
}

/** A program as data: parser, help, completion, reference pages and hints are made from it. */
export interface ProgramManual {
  /** What people type. */
  readonly name: string;
  readonly summary: string;
  /** Nouns that group commands, with what each is. */
  readonly nouns: Readonly<Record<string, string>>;
  /** Of every command, beside `--help`. */
  readonly globalFlags: readonly Flag[];
  readonly commands: readonly CommandManual[];
}
