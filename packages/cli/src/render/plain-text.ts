import stringWidth from 'string-width';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** Text from elsewhere, made harmless for a terminal: one line, no control characters. */
export function plainText(text: string): string {
  return text.replaceAll(CONTROL, ' ');
}

/** At most `width` columns; what is cut off is shown as `…`. */
export function fitText(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let fitted = '';
  let used = 1;
  for (const character of text) {
    used += stringWidth(character);
    if (used > width) break;
    fitted += character;
  }
  return width < 1 ? '' : `${fitted}…`;
}

export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(width - stringWidth(text), 0));
}

export { stringWidth };
