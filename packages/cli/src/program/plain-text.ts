import { characterWidth, plainText, textWidth } from '@capsule/core';

/** `plainText` for a text of several lines. */
export function plainLines(text: string): string {
  return text.split('\n').map(plainText).join('\n');
}

/** At most `width` columns; what is cut off is shown as `…`. */
export function fitText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let fitted = '';
  let used = 1;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width) break;
    fitted += character;
  }
  return width < 1 ? '' : `${fitted}…`;
}

/** The same text in pieces of at most `width` columns: for words that are longer than a line. */
export function cutText(text: string, width: number): readonly string[] {
  const pieces: string[] = [''];
  let used = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width && pieces.at(-1) !== '') {
      pieces.push('');
      used = characterWidth(character);
    }
    pieces[pieces.length - 1] += character;
  }
  return pieces;
}

export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(width - textWidth(text), 0));
}
