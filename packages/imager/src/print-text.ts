import { wrapText } from '@capsule/core';

/** A stream of a process. */
interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Of a numbered paragraph and of a quoted line, below whose text the next line begins. */
const LABEL = /^ *(?:\d+\. |\| )?/;

/** Writes lines for people: a terminal shows those that are too long for it broken at words. */
export function printText(screen: Screen, text: string): void {
  // A serial line has a size of 0.
  const columns = screen.isTTY === true ? screen.columns || 80 : Number.POSITIVE_INFINITY;
  const lines = text
    .split('\n')
    .flatMap((line) => wrapText(line, columns, LABEL.exec(line)?.[0].length));
  screen.write(`${lines.join('\n')}\n`);
}
