import type { ActionName, Level } from '@capsule/core';

/** The candidates of a shell for a word: names that the capsule has, or local ones. */
export type Completable =
  | 'workload'
  | Level
  | 'volume'
  | 'snapshot'
  | 'image'
  | 'registry'
  | 'capsule'
  | 'context'
  | 'key'
  | 'shell'
  | 'checkSection'
  | 'errorCode'
  | 'file'
  /** A file, or a workload with a colon behind it. */
  | 'place'
  /** The same with a cell. */
  | 'cellPlace';

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
  /**
   * Other ways to type it, for hands that learnt them elsewhere. The first word of the path alone means: the second
   * one may be left out (`start web` is `start cell web`).
   */
  readonly aliases?: readonly (readonly [string, ...string[]])[];
  readonly summary: string;
  /** More than the summary says, for the help page. */
  readonly about?: string;
  readonly args: readonly Argument[];
  readonly flags: readonly Flag[];
  readonly examples: readonly Example[];
  readonly isHidden?: boolean;
  /** The actions of hints that it carries out; noun and verb by default: `volume.list`. */
  readonly actions?: readonly ActionName[];
}

/** A program as data: parser, help, completion, reference pages and hints are made from it. */
export interface ProgramManual {
  /** The text to type. */
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  /** Nouns that group commands, with what each is. */
  readonly nouns: Readonly<Record<string, string>>;
  /** Flags of every command, in addition to `--help`. */
  readonly globalFlags: readonly Flag[];
  readonly commands: readonly CommandManual[];
  /**
   * By a first word, some of the commands, with all that begin with it, under any of their names. So a line with that word
   * is understood without the commands of others.
   */
  readonly catalogues?: Readonly<Record<string, () => readonly CommandManual[]>>;
  /** Shorter and longer forms of the words of a path, by their position: `{ c: 'create' }`, then `{ cells: 'cell' }`. */
  readonly shorthands?: readonly Readonly<Record<string, string>>[];
  /** It works on the machine that it runs on, and knows no contexts. */
  readonly isLocal?: boolean;
  /** The advice for commands of other programs: `run`, `image load`, `delete -f`. */
  readonly habits: Readonly<Record<string, string>>;
}
