import type { Output } from '../../program/context/output.ts';
import { printWarning } from '../../program/print-lines.ts';

/** More lines than this hide what matters. */
const SHOWN_MOST = 100;

/** The warnings of a copy, shown when it is over. */
export class CopyWarnings {
  readonly #texts: string[] = [];
  #count = 0;
  #hasLost = false;

  /** Whether a copy differs from what was copied, other than by the rules. */
  get hasLost(): boolean {
    return this.#hasLost;
  }

  /** A clause that begins with the path. */
  readonly add = (text: string): void => {
    this.#count += 1;
    if (this.#texts.length < SHOWN_MOST) this.#texts.push(text);
  };

  readonly lose = (text: string): void => {
    this.#hasLost = true;
    this.add(text);
  };

  async show(err: Output): Promise<void> {
    const more = this.#count - this.#texts.length;
    const lines =
      more === 0 ? this.#texts : [...this.#texts, `${more} more warnings are not shown`];
    for (const line of lines) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: names may hold them
      const harmless = line.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?');
      await printWarning(err, harmless);
    }
  }
}
