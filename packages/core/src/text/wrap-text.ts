import { textWidth } from './text-width.ts';

/**
 * Lines of at most so many columns, broken at spaces; a word that is longer than a line stays whole. Lines after
 * the first begin with `hang` blanks: as many as the first has, if nothing is said.
 */
export function wrapText(text: string, columns: number, hang?: number): readonly string[] {
  if (textWidth(text) <= columns) return [text];
  const own = /^ */.exec(text)?.[0] ?? '';
  const indent = hang === undefined ? own : ' '.repeat(hang);
  const lines: string[] = [];
  let start = own;
  let line = own;
  for (const word of text.slice(own.length).split(' ')) {
    const isFirst = line === start;
    const longer = isFirst ? `${line}${word}` : `${line} ${word}`;
    // No line has room for a word that is too long: it follows what it belongs to.
    const isTooLong = indent.length + textWidth(word) > columns;
    if (isFirst || isTooLong || textWidth(longer) <= columns) line = longer;
    else {
      lines.push(line);
      start = indent;
      line = `${indent}${word}`;
    }
  }
  return [...lines, line];
}
