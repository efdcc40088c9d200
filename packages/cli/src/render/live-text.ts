import type { Output } from '../context/output.ts';

/** Goes to the start of the text that was written before, and clears from there. */
const backOver = (lines: number) => `${lines > 0 ? `\x1b[${lines}A` : ''}\r\x1b[J`;

/** A text on a terminal that is drawn anew in its own place. What is taller than the screen is cut. */
export class LiveText {
  readonly #out: Output;
  #drawnLines = 0;

  constructor(out: Output) {
    this.#out = out;
  }

  async draw(text: string): Promise<void> {
    const lines = text.trimEnd().split('\n');
    // The cursor stands below the text, and nothing above the screen can be reached again.
    const shown = lines.slice(0, Math.max(this.#out.rows - 1, 1));
    await this.#out.write(`${backOver(this.#drawnLines)}${shown.join('\n')}\n`);
    this.#drawnLines = shown.length;
  }
}
