import type { ActionName } from '@capsule/core';

/** The candidates of a shell for a word: names that the capsule has, or local ones. */
export type Completable =
  | 'workload'
  | 'volume'
  | 'snapshot'
  | 'image'
  | 'registry'
  | 'capsule'
  | 'shell'
  | 'errorCode'
  | 'file'
  /** A file, or a workload with a colon behind it. */
  | 'place';

/** A positional argument. */
export interface Argument {
  readonly name: string;
  readonly summary: string;
  readonly isOptional?: boolean;
  readonly isRepeatable?: boolean;
  /** The values that a shell may complete it with. */
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
  /** The values that a shell offers, where other values are valid as well. */
  readonly suggests?: readonly string[];
  /** The candidates of a shell for its value. */
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
  /** The action of a hint that it carries out; noun and verb by default: `volume.list`. */
  readonly action?: ActionName;
}

/** A program as data: parser, help, completion, reference pages and hints are made from it. */
export interface ProgramManual {
  /** The text to type. */
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  /** Nouns that group commands, with what each is. */
  readonly nouns: Readonly<Record<string, string>>;
  /** Of every command, beside `--help`. */
  readonly globalFlags: readonly Flag[];
  readonly commands: readonly CommandManual[];
  /** The advice for commands of other programs: `run`, `image load`, `delete -f`. */
  readonly habits: Readonly<Record<string, string>>;
}
