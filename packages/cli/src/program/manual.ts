import type { ActionName } from '@capsule/core';

/** What a shell may complete a word with: names that the capsule has, or what is here. */
export type Completable =
  | 'workload'
  | 'volume'
  | 'snapshot'
  | 'image'
  | 'registry'
  | 'capsule'
  | 'shell'
  | 'file'
  /** A file, or a workload with a colon behind it. */
  | 'place';

/** A positional argument. */
export interface Argument {
  readonly name: string;
  readonly summary: string;
  readonly isOptional?: boolean;
  readonly isRepeatable?: boolean;
  /** What a shell may complete it with. */
  readonly completes?: Completable;
  /** This word and all behind it are for another program: none of them is a flag of ours. */
  readonly isOfOther?: boolean;
}

export interface Flag {
  /** As commander reads it: `-n, --tail <lines>`, `--no-wait`. */
  readonly flags: string;
  readonly summary: string;
  readonly isRepeatable?: boolean;
  readonly choices?: readonly string[];
  /** What a shell offers, where other values are right as well. */
  readonly suggests?: readonly string[];
  /** What a shell may complete its value with. */
  readonly completes?: Completable;
}

export interface Example {
  readonly line: string;
  readonly about: string;
}

/** Everything of a command but its work, as data. */
export interface CommandManual {
  /** Noun, then verb: `['workload', 'list']`. */
  readonly path: readonly [string, ...string[]];
  /** Other ways to type it, for hands that learnt them elsewhere. */
  readonly aliases?: readonly (readonly [string, ...string[]])[];
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
  readonly version: string;
  readonly summary: string;
  /** Nouns that group commands, with what each is. */
  readonly nouns: Readonly<Record<string, string>>;
  /** Of every command, beside `--help`. */
  readonly globalFlags: readonly Flag[];
  readonly commands: readonly CommandManual[];
  /** What to do instead of words that people bring from other programs: `run`, `image load`, `delete -f`. */
  readonly habits: Readonly<Record<string, string>>;
}
