const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const PART = /(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)/y;

/** Milliseconds of `90s`, `1h30m`, `500ms`, `2d`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  let totalMs = 0;
  PART.lastIndex = 0;
  if (text === '') return undefined;
  while (PART.lastIndex < text.length) {
    const part = PART.exec(text);
    if (part === null) return undefined;
    totalMs += Number(part[1]) * (UNITS_MS[part[2] ?? ''] ?? 0);
  }
  return Math.round(totalMs);
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** Milliseconds since 1970 of a moment (RFC 3339) or of a duration before `now`. */
export function parseMoment(text: string, now: number): number | undefined {
  const ago = parseDuration(text);
  if (ago !== undefined) return Math.max(now - ago, 0);
  if (!RFC3339.test(text)) return undefined;
  const moment = Date.parse(text.replace(' ', 'T'));
  return Number.isNaN(moment) ? undefined : moment;
}
