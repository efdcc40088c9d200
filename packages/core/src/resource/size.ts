const UNITS: readonly (readonly [string, number])[] = [
  ['TiB', 1024 ** 4],
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
];

/**
 * Bytes of a size as people write it: `512M`, `2GiB` (both binary), or a whole number of bytes.
 * Undefined for anything else: fractions, other units, more than can be counted exactly.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,16})\s*([KMGT])?(?:iB)?$/.exec(text.trim());
  if (match === null || (match[2] === undefined && /iB$/.test(text.trim()))) return undefined;
  const unit = UNITS.find(([name]) => name[0] === match[2])?.[1] ?? 1;
  const bytes = Number(match[1]) * unit;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The shortest exact way to write it: `512MiB`, `1000`. */
export function formatSize(bytes: number): string {
  const unit = UNITS.find(([, size]) => bytes > 0 && bytes % size === 0);
  return unit === undefined ? String(bytes) : `${bytes / unit[1]}${unit[0]}`;
}
