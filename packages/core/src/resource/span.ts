const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
];

/**
 * Seconds of a span as people write it: `30m`, `6h`, `1d12h`, or a whole number of seconds. Undefined for
 * anything else, and for more than can be counted exactly.
 */
export function parseSpan(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  if (!/^(?:\d{1,12}[dhms])+$/.test(text)) return undefined;
  let seconds = 0;
  let last = Number.POSITIVE_INFINITY;
  for (const [, count, letter] of text.matchAll(/(\d+)([dhms])/g)) {
    const unit = UNITS.find(([name]) => name === letter)?.[1] ?? 0;
    // Larger units first, each once: anything else is a slip.
    if (unit >= last) return undefined;
    last = unit;
    seconds += Number(count) * unit;
  }
  return Number.isSafeInteger(seconds) ? seconds : undefined;
}

/** The shortest way to write it with whole units: `90m`, `1d`. */
export function formatSpan(seconds: number): string {
  const unit = UNITS.find(([, size]) => seconds > 0 && seconds % size === 0);
  return unit === undefined ? `${seconds}s` : `${seconds / unit[1]}${unit[0]}`;
}
