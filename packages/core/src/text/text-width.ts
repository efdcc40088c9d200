// biome-ignore lint/suspicious/noControlCharactersInRegex: a style begins with one
const STYLE = /\u001b\[[0-9;]*m/g;
const ASCII = /^[\x20-\x7e]*$/;
/** Marks that stand on the letter before them, joiners, variation selectors. */
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/**
 * Returns the columns that a terminal needs; a style takes none. Near enough for tables: a library that knows
 * every emoji costs more to load than a whole command.
 */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text.replaceAll(STYLE, '')) width += characterWidth(character);
  return width;
}

/** Returns the columns of one character: 0, 1 or 2. */
export function characterWidth(character: string): number {
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
