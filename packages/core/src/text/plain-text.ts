// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** Text from elsewhere, made harmless for a terminal: one line, no control characters. Pure. */
export function plainText(text: string): string {
  return text.replaceAll(CONTROL, ' ');
}
