// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a style begins with one
const STYLE = /\u001b\[[0-9;]*m/g;
const ASCII = /^[\x20-\x7e]*$/;
/** Marks that stand on the letter before them, joiners, variation selectors. */
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** Text from elsewhere, made harmless for a terminal: one line, no control characters. */
export function plainText(text: string): string {
  return text.replaceAll(CONTROL, ' ');
}

/** The same for a text of several lines. */
export function plainLines(text: string): string {
  return text.split('\n').map(plainText).join('\n');
}

/**
 * Returns the columns that a terminal needs; a style takes none. Near enough for tables: a library that knows every emoji costs more
 * to load than the whole command.
 */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text.replaceAll(STYLE, '')) width += characterWidth(character);
  return width;
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

function characterWidth(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x300) return 1;
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.some(([from, to]) => point >= from && point <= to) ? 2 : 1;
}

/** East Asian wide and full-width blocks, and the emoji planes. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];
