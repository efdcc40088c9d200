const ENCODER = new TextEncoder();
const MARK = '…';
const MARK_BYTES = ENCODER.encode(MARK).length;

/** The length of a text in UTF-8. */
export function byteLength(text: string): number {
  return ENCODER.encode(text).length;
}

/**
 * Cuts the text after whole characters so that it takes at most `maxBytes` in UTF-8. Replaces halves of
 * characters, which UTF-8 cannot carry.
 */
export function clip(text: string, maxBytes: number): string {
  const whole = text.toWellFormed();
  if (byteLength(whole) <= maxBytes) return whole;
  const { read } = ENCODER.encodeInto(whole, new Uint8Array(maxBytes - MARK_BYTES));
  return `${whole.slice(0, read)}${MARK}`;
}

/** Returns the first items that together take at most `maxBytes`. */
export function takeWithin<T>(
  items: readonly T[],
  maxBytes: number,
  sizeOf: (item: T) => number,
): T[] {
  let left = maxBytes;
  const end = items.findIndex((item) => {
    left -= sizeOf(item);
    return left < 0;
  });
  return items.slice(0, end < 0 ? items.length : end);
}
