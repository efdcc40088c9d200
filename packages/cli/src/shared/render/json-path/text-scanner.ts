import { cliError } from '../../../errors.ts';

/** Reads a text from left to right. Every `require…` fails with `CLI_PATH_INVALID`. */
export class TextScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Returns the text since a position. */
  since(start: number): string {
    return this.#text.slice(start, this.#at);
  }

  /** The match of a sticky pattern, which is passed over. */
  take(pattern: RegExp): string | undefined {
    const sticky = new RegExp(pattern.source, 'sy');
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  require(pattern: RegExp, wanted: string): string {
    return this.take(pattern) ?? this.refuse(`${wanted} is missing`);
  }

  refuse(problem: string): never {
    throw cliError.PATH_INVALID({ template: this.#text, column: this.#at + 1, problem });
  }
}
