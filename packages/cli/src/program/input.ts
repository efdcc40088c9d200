import type { Remedy } from '@capsule/core';
import { cliError } from '../errors.ts';

/** The arguments and flags of one command, read by type. Every method fails with `CLI_USAGE`. */
export class Input {
  readonly args: readonly string[];
  /** Program, noun and verb, for messages. */
  readonly command: string;
  readonly #flags: Readonly<Record<string, unknown>>;

  constructor(command: string, args: readonly string[], flags: Readonly<Record<string, unknown>>) {
    this.command = command;
    this.args = args;
    this.#flags = flags;
  }

  /** The value of `--flag VALUE`; undefined when it was not given. */
  text(flag: string): string | undefined {
    const value = this.#flags[flag];
    return typeof value === 'string' ? value : undefined;
  }

  texts(flag: string): readonly string[] {
    const value = this.#flags[flag];
    return Array.isArray(value) ? value.map(String) : [];
  }

  isOn(flag: string): boolean {
    return this.#flags[flag] === true;
  }

  /** `--flag` true, `--no-flag` false, neither undefined. */
  choice(flag: string): boolean | undefined {
    const value = this.#flags[flag];
    return typeof value === 'boolean' ? value : undefined;
  }

  /** A whole number, 0 or more. */
  count(flag: string): number | undefined {
    const value = this.text(flag);
    if (value === undefined) return undefined;
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw this.refuse(`--${flag} takes a whole number, not ${JSON.stringify(value)}`);
  }

  /** The same input with other values of some flags. */
  with(flags: Readonly<Record<string, unknown>>): Input {
    return new Input(this.command, this.args, { ...this.#flags, ...flags });
  }

  refuse(problem: string, suggestion?: string | Remedy) {
    return cliError.USAGE({ problem, command: this.command, suggestion });
  }
}
