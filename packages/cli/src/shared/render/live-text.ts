import { stripVTControlCharacters } from 'node:util';
import { textWidth } from '@capsule/core';
import type { Output } from '../../program/context/output.ts';

/** Goes to the start of the text that was written before, and clears from there. */
const backOver = (rows: number) => `${rows > 0 ? `\x1b[${rows}A` : ''}\r\x1b[J`;

/** A text on a terminal that is refreshed in its place. A text that is taller than the screen is cut. */
export class LiveText {
  readonly #out: Output;
  #drawnRows = 0;

  constructor(out: Output) {
    this.#out = out;
  }

  async draw(text: string): Promise<void> {
    // The cursor stands below the text, and nothing above the screen can be reached again.
    let left = Math.max(this.#out.rows - 1, 1);
    const shown: string[] = [];
    for (const line of text.trimEnd().split('\n')) {
      left -= rowsOf(line, this.#out.columns);
      if (left < 0) break;
      shown.push(line);
    }
    await this.#out.write(`${backOver(this.#drawnRows)}${shown.join('\n')}\n`);
    this.#drawnRows = shown.reduce((sum, line) => sum + rowsOf(line, this.#out.columns), 0);
  }
}

/** A line that is too long goes on in the next row. */
function rowsOf(line: string, columns: number): number {
  return Math.max(Math.ceil(textWidth(stripVTControlCharacters(line)) / columns), 1);
}
